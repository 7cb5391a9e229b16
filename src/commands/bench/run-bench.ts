// One run from plan to report: asks the names that are to be hit once, then lets the load begin.

import process from "node:process";
import type { Runtime } from "../../runtime/contract.ts";
import { BenchFailure } from "./bench-failure.ts";
import type { BenchReport } from "./bench-report.ts";
import { buildReport } from "./build-report.ts";
import { openTransport } from "./open-transport.ts";
import type { BenchPlan } from "./plan.ts";
import { QuestionBook } from "./question-book.ts";
import { MixedPicker, WarmUpPicker } from "./question-picker.ts";
import { GeneratedQuestions, ListedQuestions, type QuestionSet } from "./question-set.ts";
import { BLOCKED, HIT, MAX_QUESTIONS } from "./query-class.ts";
import { RandomSource } from "./random-source.ts";
import { readQuestions } from "./read-questions.ts";
import { ClosedSchedule, OpenSchedule } from "./schedule.ts";
import { Tally } from "./tally.ts";
import { Traffic } from "./traffic.ts";
import type { Transport } from "./transport.ts";
import { ZipfSampler } from "./zipf-sampler.ts";

const WARM_UP_IN_FLIGHT = 100;
const NO_QUESTIONS = new ListedQuestions([]);

export interface BenchWatcher {
  /** A phase begins; `durationMs` is how long queries will leave, when that is known. */
  began(phase: "warm-up" | "load", traffic: Traffic, durationMs: number | undefined): void;
  ended(): void;
}

export interface BenchParts {
  readonly plan: BenchPlan;
  readonly version: string;
  readonly runtime: Runtime;
  readonly watcher: BenchWatcher;
}

interface Run {
  readonly plan: BenchPlan;
  readonly sets: readonly QuestionSet[];
  readonly transport: Transport;
  readonly watcher: BenchWatcher;
  stoppedBy: string | undefined;
  traffic: Traffic | undefined;
}

/**
 * Rejects with a HermodError for a file that can't be used, with a BenchFailure when there is nothing
 * to measure.
 */
export async function runBench(parts: BenchParts): Promise<BenchReport> {
  const { plan, runtime, version, watcher } = parts;
  const sets = questionSets(plan);
  const transport = await openTransport(plan, runtime);
  const run: Run = { plan, sets, transport, watcher, stoppedBy: undefined, traffic: undefined };
  runtime.onStopSignal((signal) => {
    run.stoppedBy ??= signal;
    run.traffic?.stop();
  });
  try {
    const warmUp = plan.warmUp ? await warmUpServer(run) : undefined;
    const traffic = loadTraffic(run);
    const startedAt = new Date();
    const startMs = performance.now();
    const cpuBefore = process.cpuUsage();
    await carry(run, "load", traffic, durationOf(plan));
    const { user, system } = process.cpuUsage(cpuBefore);
    return buildReport(plan, traffic, transport, {
      version,
      runtime: `${runtime.name} ${runtime.version}`,
      startedAt,
      stoppedBy: run.stoppedBy,
      warmUp,
      cpuMicroseconds: user + system,
      wallMs: Math.min(performance.now() - startMs, durationOf(plan)),
    });
  } finally {
    transport.close();
  }
}

/** By class. The names of misses are never those of an earlier run. */
function questionSets(plan: BenchPlan): QuestionSet[] {
  const { blockedNamesFile, nameCount, namesFile, zone } = plan;
  const generated = (prefix: string, count: number): QuestionSet =>
    zone === undefined ? NO_QUESTIONS : new GeneratedQuestions(prefix, zone, count);
  const listed = (file: string): QuestionSet => new ListedQuestions(readQuestions(file));
  return [
    namesFile === undefined ? generated("h", nameCount) : listed(namesFile),
    generated(`m${Date.now().toString(36)}`, MAX_QUESTIONS),
    blockedNamesFile === undefined ? NO_QUESTIONS : listed(blockedNamesFile),
  ];
}

async function warmUpServer(run: Run): Promise<Tally> {
  const { plan, sets, transport } = run;
  const { count } = sets[HIT]!;
  const traffic = new Traffic({
    schedule: new ClosedSchedule(WARM_UP_IN_FLIGHT, Infinity, count),
    picker: new WarmUpPicker(),
    book: new QuestionBook(sets),
    tally: new Tally(1),
    expectedRcodes: plan.expectedRcodes,
    timeoutMs: plan.timeoutMs,
  });
  const { tally } = traffic;
  const isSilent = (): boolean => tally.answered + tally.failed === 0;
  // Nobody waits for all names of a server that is not there.
  const patience = setTimeout(() => {
    if (isSilent()) traffic.stop();
  }, plan.timeoutMs);
  await carry(run, "warm-up", traffic, undefined);
  clearTimeout(patience);
  if (isSilent() && run.stoppedBy === undefined) {
    const why = transport.connectionsLost > 0 ? "it closes the connections" : "is it there?";
    throw new BenchFailure(`none of ${tally.sent} queries was answered: ${why}`);
  }
  return tally;
}

function loadTraffic({ plan, sets }: Run): Traffic {
  const schedule =
    plan.load.mode === "open"
      ? new OpenSchedule(plan.load.steps)
      : new ClosedSchedule(plan.load.inFlight, plan.load.durationMs, Infinity);
  const random = new RandomSource(plan.seed);
  const hitCount = sets[HIT]!.count;
  const popularity =
    plan.zipf === undefined ? undefined : new ZipfSampler(hitCount, plan.zipf, random);
  return new Traffic({
    schedule,
    picker: new MixedPicker({
      mix: plan.mix,
      random,
      hitCount,
      blockedCount: sets[BLOCKED]!.count,
      popularity,
    }),
    book: new QuestionBook(sets),
    tally: new Tally(schedule.stepCount),
    expectedRcodes: plan.expectedRcodes,
    timeoutMs: plan.timeoutMs,
  });
}

async function carry(
  run: Run,
  phase: "warm-up" | "load",
  traffic: Traffic,
  durationMs: number | undefined,
): Promise<void> {
  run.traffic = traffic;
  if (run.stoppedBy !== undefined) traffic.stop();
  run.watcher.began(phase, traffic, durationMs);
  await run.transport.run(traffic);
  run.watcher.ended();
}

function durationOf({ load: given }: BenchPlan): number {
  if (given.mode === "closed") return given.durationMs;
  return given.steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
