// What the report says of queries that were to leave when the run was stopped, at once or on the way.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BenchReport } from "../../../../src/commands/bench/bench-report.ts";
import { buildReport } from "../../../../src/commands/bench/build-report.ts";
import { InFlight } from "../../../../src/commands/bench/in-flight.ts";
import { type BenchPlan, planBench } from "../../../../src/commands/bench/plan.ts";
import { MAX_QUERY_LENGTH, QuestionBook } from "../../../../src/commands/bench/question-book.ts";
import { GeneratedQuestions } from "../../../../src/commands/bench/question-set.ts";
import { OpenSchedule } from "../../../../src/commands/bench/schedule.ts";
import { Tally } from "../../../../src/commands/bench/tally.ts";
import { Traffic } from "../../../../src/commands/bench/traffic.ts";
import type { Transport } from "../../../../src/commands/bench/transport.ts";

const START_MS = 1000;
const transport: Transport = {
  engine: "portable",
  sendFailures: 0,
  connectionsLost: 0,
  run: () => Promise.resolve(),
  close() {},
};

function planned(options: Record<string, string>): BenchPlan {
  return planBench({ server: "udp://192.0.2.1", zone: "zone.example", ...options });
}

/** Of a run whose queries left at these times after its start, and that was stopped after them. */
function stoppedReport(plan: BenchPlan, leftMs: readonly number[]): BenchReport {
  assert.ok(plan.load.mode === "open");
  const schedule = new OpenSchedule(plan.load.steps);
  const traffic = new Traffic({
    schedule,
    picker: { next: () => 0 },
    book: new QuestionBook([new GeneratedQuestions("h", plan.zone!, 1)]),
    tally: new Tally(schedule.stepCount),
    expectedRcodes: plan.expectedRcodes,
    timeoutMs: plan.timeoutMs,
  });
  const lane = new InFlight(64, 1);
  traffic.begin(START_MS);
  for (const ms of leftMs) traffic.write(lane, START_MS + ms, new Uint8Array(MAX_QUERY_LENGTH), 0);
  traffic.stop();
  traffic.abandonAll(lane);
  return buildReport(plan, traffic, transport, {
    ...{ version: "1", runtime: "test", startedAt: new Date(0), stoppedBy: "SIGINT" },
    ...{ warmUp: undefined, cpuMicroseconds: 1, wallMs: 1 },
  });
}

describe("of a run that was stopped", () => {
  test("before its first query none is missing", () => {
    const { generator, queries } = stoppedReport(planned({ rate: "100000" }), []);
    assert.deepEqual([queries.intended, queries.sent, queries.unsent], [0, 0, 0]);
    assert.equal(generator.keptUp, true);
  });

  test("after its first query none is missing either", () => {
    const { generator, queries } = stoppedReport(planned({ rate: "100000" }), [0]);
    assert.deepEqual([queries.intended, queries.sent, queries.abandoned], [1, 1, 1]);
    assert.equal(generator.keptUp, true);
  });

  test("those count that were to leave until the last one did", () => {
    const { generator, queries, steps } = stoppedReport(
      planned({ ramp: "1000:2000:2", duration: "20ms" }),
      [...Array<number>(5).fill(4), 15],
    );
    assert.deepEqual([queries.intended, queries.sent, queries.unsent], [20, 6, 14]);
    assert.deepEqual(
      steps.map(({ sent, unsent }) => [sent, unsent]),
      [
        [6, 4],
        [0, 10],
      ],
    );
    assert.equal(generator.keptUp, false);
  });
});
