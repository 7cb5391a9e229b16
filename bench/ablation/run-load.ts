// One load on one server for some seconds, by dnsperf or h2load, and what it cost the server.

import { readFileSync } from "node:fs";
import { Child } from "../../tests/e2e/child-process.ts";
import { HttpLoad } from "../../tests/e2e/h2load.ts";
import type { Hermod } from "../../tests/e2e/hermod-process.ts";
import { programPath } from "../../tests/e2e/programs.ts";
import { cpuTime } from "../peers/process-usage.ts";
import { encodeQuery } from "../peers/question-files.ts";
import type { LoadKind } from "./loads.ts";

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
  const [completed, lost] =
    kind.transport === "doh"
      ? await overHttps(hermod, file, seconds)
      : await byDnsperf(hermod, kind, file, seconds);
  const misses = (await hermod.metric("hermod_cache_misses_total")) - missesBefore;
  return { cpuUs: cpuUs(hermod.child.pid) - cpuBefore, completed, lost, misses, seconds };
}

function cpuUs(pid: number): number {
  const { systemMs, userMs } = cpuTime(pid);
  return 1000 * (userMs + systemMs);
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
  file: string,
  seconds: number,
): Promise<[completed: number, lost: number]> {
  const [name = ""] = readFileSync(file, "utf8").split(" ", 1);
  const query = encodeQuery(0, name);
  const url = `${hermod.dohUrl}/dns-query`;
  const { answered, failed } = await HttpLoad.start({ url, query, seconds }).summary();
  return [answered, failed];
}
