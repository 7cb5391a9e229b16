// Latency and loss of cached responses over UDP at 50,000 queries a second offered, Hermod and Unbound
// back to back: dnsperf is the load, a probe of 1,000 queries a second more measures. Then the proof for
// Hermod's UDP thread: every time it was off the CPU for more than 1 ms, and why.
// Usage: bun bench/load/latency.ts [ROUNDS] [QUERIES_A_SECOND]

import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import { loadLibc } from "../../src/runtime/libc.ts";
import { SLICE_NS } from "../../src/runtime/linux/ask-for-short-slices.ts";
import { readSchedule } from "../../src/runtime/linux/schedule.ts";
import { findProgram } from "../peers/find-program.ts";
import { dnsperf } from "../peers/load/dnsperf.ts";
import { hitName, writeQuestionFiles } from "../peers/question-files.ts";
import type { RunningServer } from "../peers/running-server.ts";
import { type OffCpu, watchOffCpu, type Waits } from "./off-cpu.ts";
import { describeOutcome, runProbe } from "./probe/run-probe.ts";
import { sideBySide } from "./side-by-side.ts";

const SECONDS = 4;
const SETTLE_MS = 1000;
const PROBE_RATE = 1000;
const NAMES = 100;

async function measure(server: RunningServer): Promise<void> {
  const { dnsPort: port } = server.place;
  const request = { transport: "udp" as const, port, files, questions: files.hits, answers: true };
  await dnsperf.run({ ...request, seconds: 1, rate });
  const probe = { port, rate: PROBE_RATE, seconds: SECONDS, names };
  for (let round = 0; round < rounds; round++) {
    const loading = dnsperf.run({ ...request, seconds: SECONDS + 2, rate });
    await delay(SETTLE_MS);
    const outcome = await runProbe(probe);
    const { lost, seconds, sent } = await loading;
    const offered = (sent / seconds).toFixed(0);
    console.log(`  ${describeOutcome(outcome)}; load: ${offered}/s, ${lost} of ${sent} lost`);
  }
  const threads = await udpThreads(server.pid);
  for (const thread of threads) await watch(server.pid, thread, request);
}

/** Those of Hermod; other servers have no thread that asked for such slices. */
async function udpThreads(pid: number): Promise<number[]> {
  const libc = await loadLibc();
  return readdirSync(`/proc/${pid}/task`)
    .map(Number)
    .filter((id) => readSchedule(libc, id)?.sliceNs === SLICE_NS);
}

async function watch(
  pid: number,
  thread: number,
  request: Omit<Parameters<typeof dnsperf.run>[0], "seconds">,
): Promise<void> {
  const loading = dnsperf.run({ ...request, seconds: SECONDS + 2, rate });
  await delay(SETTLE_MS);
  const before = schedstat(pid, thread);
  const offCpu = findProgram("perf") === undefined ? undefined : await tryWatch(thread);
  if (offCpu === undefined) await delay(1000 * SECONDS);
  const after = schedstat(pid, thread);
  await loading;
  const [ranMs, queuedMs] = [after.ranMs - before.ranMs, after.queuedMs - before.queuedMs];
  const times = after.times - before.times;
  console.log(`  UDP thread ${thread}: ran ${ranMs.toFixed(0)} ms in ${times} turns,`);
  console.log(`    waited ${queuedMs.toFixed(1)} ms for its turn (schedstat)`);
  if (offCpu === undefined) console.log("    perf is not to be had: single waits are not known");
  else show(offCpu);
}

async function tryWatch(thread: number): Promise<OffCpu | undefined> {
  try {
    return await watchOffCpu(thread, SECONDS);
  } catch {
    return undefined;
  }
}

function show({ datagrams, other, times, turn }: OffCpu): void {
  const describe = ({ long, longestMs }: Waits): string =>
    `longest ${longestMs.toFixed(3)} ms, ${long} over 1 ms`;
  console.log(`    off the CPU ${times} times (perf)`);
  console.log(`    waiting for datagrams: ${describe(datagrams)}`);
  console.log(`    waiting for its turn:  ${describe(turn)}`);
  console.log(`    for any other reason:  ${describe(other)}`);
  console.log(other.long === 0 ? "    ok: nothing unexplained" : "    FAILED");
  if (other.long > 0) process.exitCode = 1;
}

/** /proc/PID/task/TID/schedstat: nanoseconds run, nanoseconds queued, turns. */
function schedstat(pid: number, thread: number): Record<"ranMs" | "queuedMs" | "times", number> {
  const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
  const [ran, queued, times] = text.split(" ").map(Number) as [number, number, number];
  return { ranMs: ran / 1e6, queuedMs: queued / 1e6, times };
}

const [roundsText = "3", rateText = "50000"] = process.argv.slice(2);
const rounds = Number(roundsText);
const rate = Number(rateText);
const names = Array.from({ length: NAMES }, (_, i) => hitName(i));
const files = await writeQuestionFiles(temporaryFolder());
await sideBySide(measure, { forwardsOverTls: false });
