// One load on one server for some seconds, by dnsperf or h2load, and what it cost the server.

import { readFileSync, readdirSync } from "node:fs";
import * as dnsPacket from "dns-packet";
import { Child } from "../../tests/e2e/child-process.ts";
import { HttpLoad } from "../../tests/e2e/h2load.ts";
import type { Hermod } from "../../tests/e2e/hermod-process.ts";
import { programPath } from "../../tests/e2e/programs.ts";
import type { LoadKind } from "./loads.ts";

/** Of a clock tick, as /proc counts CPU time (USER_HZ). */
const TICK_US = 10_000;

export interface Cost {
  readonly cpuUs: number;
  readonly completed: number;
  /** Not answered, or answered badly. */
  readonly lost: number;
  /** Queries that the cache could not answer. */
  readonly misses: number;
  readonly seconds: number;
}

/** `file`: the questions. */
export async function runLoad(
  hermod: Hermod,
  kind: LoadKind,
  file: string,
  seconds: number,
): Promise<Cost> {
  const cpuBefore = cpuUs(hermod.child.pid);
  const missesBefore = await hermod.metric("hermod_cache_misses_total");
  const [completed, lost] = await (kind.transport === "doh" ? overHttps : byDnsperf)(
    hermod,
    kind,
    file,
    seconds,
  );
  const misses = (await hermod.metric("hermod_cache_misses_total")) - missesBefore;
  return { cpuUs: cpuUs(hermod.child.pid) - cpuBefore, completed, lost, misses, seconds };
}

/** User and system time of a process with all its threads. */
function cpuUs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => sum + taskUs(`${tasks}/${task}/stat`), 0);
}

/** The name, in brackets, may hold spaces; utime and stime are the 12th and 13th field behind it. */
function taskUs(file: string): number {
  const fields = readFileSync(file, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

async function byDnsperf(
  hermod: Hermod,
  { inFlight, transport }: LoadKind,
  file: string,
  seconds: number,
): Promise<[completed: number, lost: number]> {
  const port = transport === "dot" ? hermod.dotPort : hermod.dnsPort;
  const child = new Child(programPath("dnsperf"), [
    ...["-s", "127.0.0.1", "-p", String(port), "-m", transport, "-d", file],
    ...["-l", String(seconds), "-c", "8", "-T", "1", "-q", String(inFlight), "-t", "2"],
  ]);
  await child.exited;
  const figure = (pattern: RegExp): number => Number(pattern.exec(child.stdout)?.[1] ?? NaN);
  const sent = figure(/Queries sent: +(\d+)/);
  if (child.exit?.code !== 0 || !(sent > 0)) throw child.failure("gave no figures");
  const failed = figure(/SERVFAIL (\d+)/) || 0;
  const completed = figure(/Queries completed: +(\d+)/) - failed;
  return [completed, sent - completed];
}

/** The first question alone: h2load sends one body over and over. */
async function overHttps(
  hermod: Hermod,
  _kind: LoadKind,
  file: string,
  seconds: number,
): Promise<[completed: number, lost: number]> {
  const [name = ""] = readFileSync(file, "utf8").split(" ", 1);
  const questions = [{ name, type: "A" as const }];
  const query = dnsPacket.encode({ type: "query", id: 0, flags: 0x100, questions });
  const url = `${hermod.dohUrl}/dns-query`;
  const { answered, failed } = await HttpLoad.start({ url, query, seconds }).summary();
  return [answered, failed];
}
