// CPU time and memory of a process and all that descend from it, from /proc. CPU times only ever grow:
// what children used is counted while they live and, once they are waited for, at their parent.

import { readdirSync, readFileSync } from "node:fs";

/** Linux shows times in hundredths of a second, whatever its own clock. */
const TICK_MS = 10;

export interface CpuTime {
  readonly userMs: number;
  readonly systemMs: number;
}

export interface ProcessStat extends CpuTime {
  readonly pid: number;
  readonly parent: number;
  /** Of children that have ended and were waited for. */
  readonly childrenUserMs: number;
  readonly childrenSystemMs: number;
}

/**
 * A line of /proc/PID/stat or /proc/PID/task/TID/stat (proc(5)). The program's name, in parentheses,
 * may hold anything, parentheses and spaces included.
 */
export function parseStat(line: string): ProcessStat {
  const nameEnd = line.lastIndexOf(")");
  const pid = Number.parseInt(line, 10);
  // From the third field on: state, ppid …
  const fields = line.slice(nameEnd + 2).split(" ");
  const [userMs, systemMs, childrenUserMs, childrenSystemMs] = [11, 12, 13, 14].map(
    (i) => Number(fields[i]) * TICK_MS,
  ) as [number, number, number, number];
  const parent = Number(fields[1]);
  if (nameEnd < 0 || Number.isNaN(pid + parent + userMs + systemMs + childrenUserMs)) {
    throw new Error(`not a line of /proc/PID/stat: ${line}`);
  }
  return { pid, parent, userMs, systemMs, childrenUserMs, childrenSystemMs };
}

/** A process's own id and those of its descendants. */
export function familyOf(pid: number, processes: readonly ProcessStat[]): number[] {
  const children = processes.filter((each) => each.parent === pid);
  return [pid, ...children.flatMap((child) => familyOf(child.pid, processes))];
}

/** CPU time of the family of `pid` so far. */
export function cpuTime(pid: number): CpuTime {
  const processes = allProcesses();
  const family = familyOf(pid, processes);
  const members = processes.filter((each) => family.includes(each.pid));
  const sum = (pick: (stat: ProcessStat) => number): number =>
    members.reduce((total, stat) => total + pick(stat), 0);
  return {
    userMs: sum((stat) => stat.userMs + stat.childrenUserMs),
    systemMs: sum((stat) => stat.systemMs + stat.childrenSystemMs),
  };
}

/** Resident memory of the family of `pid`, in bytes. */
export function residentBytes(pid: number): number {
  return familyOf(pid, allProcesses()).reduce((sum, each) => sum + ownResidentBytes(each), 0);
}

/** VmRSS of /proc/PID/status; a kernel thread and a zombie have none. */
export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function ownResidentBytes(pid: number): number {
  return parseResidentBytes(readIfThere(`/proc/${pid}/status`) ?? "");
}

function allProcesses(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readIfThere(`/proc/${pid}/stat`))
    .filter((line) => line !== undefined)
    .map(parseStat);
}

/** A process may end between the look into /proc and the reading. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
