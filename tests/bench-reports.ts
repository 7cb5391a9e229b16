// Reports of `hermod bench` as tests need them, made of nothing but what a test says of them.

import type { BenchReport, Times } from "../src/commands/bench/bench-report.ts";

export const TIMES: Times = { min: 1, mean: 2, p50: 2, p90: 3, p99: 4, p999: 5, max: 6 };

const COUNTS = { sent: 100, answered: 90, failed: 4, lost: 6, abandoned: 0 };

export function benchReport(change: Partial<BenchReport> = {}): BenchReport {
  const report: BenchReport = {
    version: 1,
    hermod: "1.2.3",
    runtime: "test 1",
    startedAt: "2026-01-02T03:04:05.000Z",
    server: "udp://192.0.2.1",
    transport: "udp",
    engine: "batched",
    mode: "open",
    inFlight: null,
    connections: 8,
    timeoutMs: 5000,
    seed: 1,
    mix: { hit: 1, miss: 0, blocked: 0 },
    durationMs: 1000,
    stoppedBy: null,
    warmUp: null,
    queries: { ...COUNTS, intended: 100, unsent: 0 },
    errors: { id: 0, question: 1, rcode: 3, malformed: 0, truncated: 0, http: 0 },
    rcodes: { NOERROR: 91, SERVFAIL: 3 },
    rate: { intended: 100, achieved: 100, goodput: 90 },
    latencyMs: TIMES,
    histogram: [
      { fromMs: 1, toMs: 1.468, count: 1 },
      { fromMs: 1.468, toMs: 2.154, count: 80 },
      { fromMs: 2.154, toMs: 3.162, count: 0 },
      { fromMs: 3.162, toMs: 4.642, count: 9 },
    ],
    generator: {
      keptUp: true,
      latenessMs: TIMES,
      cpuMicrosecondsPerQuery: 3,
      cpuShare: 0.5,
      sendFailures: 0,
      connectionsLost: 0,
    },
    classes: { hit: { ...COUNTS, latencyMs: TIMES } },
    steps: [
      {
        ...COUNTS,
        durationMs: 1000,
        intendedRate: 100,
        unsent: 0,
        goodput: 90,
        latencyMs: TIMES,
      },
    ],
  };
  return { ...report, ...change };
}
