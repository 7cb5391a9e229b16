// Every time that a thread was off the CPU, and why, as the kernel's scheduler tells it (perf): it waited
// for datagrams, it waited for its turn (the run queue), or for something else. Needs root and Debian's
// linux-perf.

import { join } from "node:path";
import { run } from "../../tests/e2e/child-process.ts";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import { requireProgram } from "../peers/find-program.ts";

/** Functions of the kernel in which a thread waits for a datagram. */
const DATAGRAM_WAITS = /__skb_wait_for_more_packets|do_sys_poll|do_poll/;
/** Calls above the switch that are looked at. */
const STACK_DEPTH = "8";
const LONG_MS = 1;
const SPARE_MS = 60_000;

export interface OffCpu {
  /** Times that the thread was off the CPU. */
  readonly times: number;
  /** Longest waits, and how many were over 1 ms: for datagrams, for its turn, for anything else. */
  readonly datagrams: Waits;
  readonly turn: Waits;
  readonly other: Waits;
}

export interface Waits {
  readonly longestMs: number;
  readonly long: number;
}

class WaitTally implements Waits {
  longestMs = 0;
  long = 0;

  add(ms: number): void {
    this.longestMs = Math.max(this.longestMs, ms);
    if (ms > LONG_MS) this.long++;
  }
}

/** Watches one thread for so many seconds. */
export async function watchOffCpu(threadId: number, seconds: number): Promise<OffCpu> {
  const file = join(temporaryFolder(), "perf.data");
  const switches = `prev_pid==${threadId}||next_pid==${threadId}`;
  await perf([
    ...["record", "-q", "-a", "-g", "-m", "4M", "-o", file],
    ...["-e", "sched:sched_switch", "--filter", switches],
    ...["-e", "sched:sched_waking", "--filter", `pid==${threadId}`],
    ...["sleep", String(seconds)],
  ]);
  const fields = "time,event,trace,ip,sym";
  return parseSwitches(
    await perf(["script", "-i", file, "--ns", "--max-stack", STACK_DEPTH, "-F", fields]),
    threadId,
  );
}

/** What `perf script` prints: events, each with its stack below it and an empty line after it. */
export function parseSwitches(text: string, threadId: number): OffCpu {
  const [datagrams, turn, other] = [new WaitTally(), new WaitTally(), new WaitTally()];
  const isOut = new RegExp(`prev_pid=${threadId} .*prev_state=(\\S+)`);
  let times = 0;
  let outMs = NaN;
  let wokenMs = NaN;
  let reason: WaitTally | undefined;
  for (const event of text.split("\n\n")) {
    const [, seconds, name] = /^\s*([\d.]+):\s+sched:(\w+):/.exec(event) ?? [];
    const ms = Number(seconds) * 1000;
    const left = isOut.exec(event)?.[1];
    if (name === "sched_waking") {
      if (Number.isNaN(wokenMs)) wokenMs = ms;
    } else if (left !== undefined) {
      outMs = ms;
      wokenMs = left.startsWith("R") ? ms : NaN;
      reason = left.startsWith("R") ? undefined : DATAGRAM_WAITS.test(event) ? datagrams : other;
    } else if (name === "sched_switch" && !Number.isNaN(outMs)) {
      times++;
      // Woken while it was just leaving: then all the time counts for what it waited for.
      const turnMs = Number.isNaN(wokenMs) ? 0 : ms - wokenMs;
      reason?.add(ms - outMs - turnMs);
      turn.add(turnMs);
      outMs = NaN;
    }
  }
  return { times, datagrams, turn, other };
}

async function perf(parameters: readonly string[]): Promise<string> {
  const child = await run(requireProgram("perf"), parameters, { timeoutMs: SPARE_MS });
  if (child.exit.code !== 0) throw child.failure(`${parameters[0]} failed`);
  return child.stdout;
}
