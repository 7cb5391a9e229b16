// Makes the report of what was counted.

import { rcodeName } from "../../telemetry/rcode-name.ts";
import {
  type BenchReport,
  type BenchStep,
  type Counts,
  type HistogramBar,
  REPORT_VERSION,
  type Times,
} from "./bench-report.ts";
import type { LatencyHistogram } from "./latency-histogram.ts";
import type { BenchPlan } from "./plan.ts";
import { QUERY_CLASSES } from "./query-class.ts";
import { OpenSchedule } from "./schedule.ts";
import { ERROR_KINDS, type Tally } from "./tally.ts";
import type { Traffic } from "./traffic.ts";
import type { Transport } from "./transport.ts";

/** Less of what was intended to leave than this share, and the generator did not keep up. */
const KEPT_UP_SHARE = 0.99;
/** Nor when one in a hundred queries left so much too late. */
const KEPT_UP_P99_MS = 10;
/** Bars of the histogram for each power of ten. */
const BARS_PER_DECADE = 6;
const FIRST_BAR_MS = 0.01;

export interface RunFacts {
  readonly version: string;
  readonly runtime: string;
  readonly startedAt: Date;
  readonly stoppedBy: string | undefined;
  readonly warmUp: Tally | undefined;
  /** User and system time of the process while it measured. */
  readonly cpuMicroseconds: number;
  /** How long that took, but for the wait for the last responses, which costs next to nothing. */
  readonly wallMs: number;
}

export function buildReport(
  plan: BenchPlan,
  traffic: Traffic,
  transport: Transport,
  facts: RunFacts,
): BenchReport {
  const { tally } = traffic;
  const durationMs = sendingMs(plan, traffic);
  const steps = stepsOf(plan, traffic, durationMs);
  const isOpen = plan.load.mode === "open";
  const intended = isOpen ? sum(steps.map(({ sent, unsent }) => sent + unsent!)) : null;
  const perSecond = (count: number): number => round((count * 1000) / durationMs);
  const latency = tally.latency();
  const lateness = timesOf(tally.lateness);
  return {
    version: REPORT_VERSION,
    hermod: facts.version,
    runtime: facts.runtime,
    startedAt: facts.startedAt.toISOString(),
    server: plan.server.url,
    transport: plan.server.scheme,
    engine: transport.engine,
    mode: plan.load.mode,
    inFlight: plan.load.mode === "closed" ? plan.load.inFlight : null,
    connections: plan.connections,
    timeoutMs: plan.timeoutMs,
    seed: plan.seed,
    mix: plan.mix,
    durationMs: round(durationMs),
    stoppedBy: facts.stoppedBy ?? null,
    warmUp: facts.warmUp === undefined ? null : countsOf(facts.warmUp),
    queries: {
      intended,
      ...countsOf(tally),
      unsent: intended === null ? null : intended - tally.sent,
    },
    errors: errorsOf(tally),
    rcodes: rcodesOf(tally),
    rate: {
      intended: intended === null ? null : perSecond(intended),
      achieved: perSecond(tally.sent),
      goodput: perSecond(tally.answered),
    },
    latencyMs: timesOf(latency),
    histogram: barsOf(latency),
    generator: {
      keptUp:
        intended === null ||
        (tally.sent >= KEPT_UP_SHARE * intended && lateness.p99 <= KEPT_UP_P99_MS),
      latenessMs: lateness,
      cpuMicrosecondsPerQuery: tally.sent === 0 ? 0 : round(facts.cpuMicroseconds / tally.sent),
      cpuShare: round(facts.cpuMicroseconds / 1000 / facts.wallMs),
      sendFailures: transport.sendFailures,
      connectionsLost: transport.connectionsLost,
    },
    classes: classesOf(tally),
    steps,
  };
}

/** How long queries left, at least one tick. */
function sendingMs(plan: BenchPlan, traffic: Traffic): number {
  const { lastSentMs, schedule, startMs, wasStopped } = traffic;
  const whole = plan.load.mode === "open" ? schedule.endMs - startMs : plan.load.durationMs;
  return wasStopped ? Math.max(1, Math.min(whole, lastSentMs - startMs)) : whole;
}

function stepsOf(plan: BenchPlan, traffic: Traffic, durationMs: number): BenchStep[] {
  const { schedule, tally } = traffic;
  const { load } = plan;
  const untilMs = traffic.wasStopped ? traffic.lastSentMs : schedule.endMs;
  let leftMs = durationMs;
  return tally.steps.map((row, i) => {
    const step = load.mode === "open" ? load.steps[i]! : undefined;
    const stepMs = Math.min(leftMs, step?.durationMs ?? durationMs);
    leftMs -= stepMs;
    const isOpen = schedule instanceof OpenSchedule;
    const intended = isOpen ? schedule.intended(i, untilMs) : row.sent;
    return {
      durationMs: round(stepMs),
      intendedRate: step?.rate ?? null,
      ...countsOf(row),
      unsent: isOpen ? Math.max(0, intended - row.sent) : null,
      goodput: stepMs <= 0 ? 0 : round((row.answered * 1000) / stepMs),
      latencyMs: timesOf(row.latency),
    };
  });
}

function countsOf({ sent, answered, failed, lost, abandoned }: Counts): Counts {
  return { sent, answered, failed, lost, abandoned };
}

function errorsOf(tally: Tally): BenchReport["errors"] {
  const entries = ERROR_KINDS.map((kind, i) => [kind, tally.errors[i]!]);
  return Object.fromEntries(entries) as BenchReport["errors"];
}

function rcodesOf(tally: Tally): BenchReport["rcodes"] {
  const counts = Array.from(tally.rcodes, (count, rcode) => [rcodeName(rcode), count] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function classesOf(tally: Tally): BenchReport["classes"] {
  const entries = QUERY_CLASSES.map((name, i) => [name, tally.classes[i]!] as const)
    .filter(([, row]) => row.sent > 0)
    .map(([name, row]) => [name, { ...countsOf(row), latencyMs: timesOf(row.latency) }]);
  return Object.fromEntries(entries) as BenchReport["classes"];
}

function timesOf(histogram: LatencyHistogram): Times {
  return {
    min: histogram.count === 0 ? 0 : round(histogram.minMs),
    mean: round(histogram.meanMs),
    p50: round(histogram.percentile(0.5)),
    p90: round(histogram.percentile(0.9)),
    p99: round(histogram.percentile(0.99)),
    p999: round(histogram.percentile(0.999)),
    max: round(histogram.maxMs),
  };
}

/** From the first bar that is not empty to the last one. */
function barsOf(histogram: LatencyHistogram): HistogramBar[] {
  if (histogram.count === 0) return [];
  const bars: HistogramBar[] = [];
  for (let i = 0, fromMs = 0; fromMs <= histogram.maxMs; i++) {
    const toMs = round(FIRST_BAR_MS * 10 ** (i / BARS_PER_DECADE));
    bars.push({ fromMs, toMs, count: histogram.countBetween(fromMs, toMs) });
    fromMs = toMs;
  }
  return bars.slice(bars.findIndex(({ count }) => count > 0));
}

/** To a thousandth. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
