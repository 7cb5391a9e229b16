// What the load generators' output comes to: wrong and lost responses never count as answered rightly.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DnsperfOutput } from "../../../../bench/peers/load/dnsperf.ts";
import { h2loadOutcome } from "../../../../bench/peers/load/h2load.ts";
import { benchOutcome } from "../../../../bench/peers/load/hermod-bench.ts";
import type { LoadOutcome } from "../../../../bench/peers/load/load-generator.ts";
import { percentiles } from "../../../../bench/peers/load/percentiles.ts";
import { loadError, loadFigures } from "../../../../bench/peers/workloads/workload.ts";
import { benchReport } from "../../../bench-reports.ts";
import * as outputs from "./load-outputs.ts";

function dnsperf(text: string, answers = true): LoadOutcome {
  const output = new DnsperfOutput();
  for (const line of text.split("\n")) output.take(line);
  return output.outcome("dnsperf", answers);
}

describe("dnsperf's output", () => {
  test("of a run that went well", () => {
    assert.deepEqual(dnsperf(outputs.DNSPERF_RIGHT), {
      ...{ command: "dnsperf", sent: 48034, answered: 48034, lost: 0, wrong: 0 },
      seconds: 1.002126,
    });
  });

  test("another rcode is a wrong response, and its time does not count", () => {
    const { answered, latency, wrong } = dnsperf(outputs.DNSPERF_MIXED);
    assert.deepEqual([answered, wrong], [3, 1]);
    assert.deepEqual(latency, { p50Ms: 1000 * 0.000295, p99Ms: 6.07, p999Ms: 6.07 });
  });

  test("of a run that lost everything has no times", () => {
    const { answered, latency, lost, sent } = dnsperf(outputs.DNSPERF_LOST);
    assert.deepEqual([sent, answered, lost, latency], [3, 0, 3, undefined]);
  });

  test("NOERROR without an address is wrong, but for the floor", () => {
    const text = outputs.DNSPERF_RIGHT.replace("response 51", "response 35");
    assert.equal(dnsperf(text).wrong, 48034);
    assert.equal(dnsperf(text, false).wrong, 0);
  });

  test("that is cut off is refused", () => {
    assert.throws(() => dnsperf("Statistics:\n"), /lacks .*Queries sent/);
  });
});

describe("h2load's output", () => {
  const outcome = (text: string, length = 50): LoadOutcome => h2loadOutcome(text, "h2load", length);
  const counts = ({ answered, lost, sent, wrong }: LoadOutcome): number[] => {
    return [sent, answered, lost, wrong];
  };

  test("of a run that went well", () => {
    const right = outcome(outputs.H2LOAD_RIGHT);
    assert.deepEqual(counts(right), [34892, 34892, 0, 0]);
    assert.ok(Math.abs(right.seconds - 0.99834) < 1e-9);
  });

  test("bodies of another length make all wrong", () => {
    assert.deepEqual(counts(outcome(outputs.H2LOAD_RIGHT, 51)), [34892, 34892, 0, 34892]);
  });

  test("another status is a wrong response, once", () => {
    assert.deepEqual(counts(outcome(outputs.H2LOAD_REFUSED)), [20, 20, 0, 20]);
  });

  test("what errored is lost, once", () => {
    assert.deepEqual(counts(outcome(outputs.H2LOAD_BROKEN_OFF, 1)), [10, 6, 4, 0]);
  });

  test("what timed out is lost, once", () => {
    assert.deepEqual(counts(outcome(outputs.H2LOAD_SILENCE)), [10, 0, 10, 0]);
  });

  test("that is cut off is refused", () => {
    assert.throws(() => outcome("finished in 1.00s\n"), /lacks/);
  });
});

test("hermod bench's report: failed responses are answered, and wrong", () => {
  const report = benchReport();
  const errors = { ...report.errors, id: 2 };
  assert.deepEqual(benchOutcome({ ...report, errors }, "hermod bench"), {
    ...{ command: "hermod bench", sent: 100, answered: 94, lost: 6, wrong: 6, seconds: 1 },
    latency: { p50Ms: 2, p99Ms: 4, p999Ms: 5 },
  });
});

test("percentiles are by the nearest rank", () => {
  const times = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  assert.deepEqual(percentiles(times), { p50Ms: 500, p99Ms: 990, p999Ms: 999 });
  assert.deepEqual(percentiles([7]), { p50Ms: 7, p99Ms: 7, p999Ms: 7 });
});

describe("a load", () => {
  const right = { command: "", sent: 10_000, answered: 10_000, lost: 0, wrong: 0, seconds: 1 };

  test("counts with 99.9 % right responses, not with fewer", () => {
    assert.equal(loadError({ ...right, wrong: 10 }), undefined);
    assert.equal(loadError({ ...right, wrong: 11 }), "only 99.89 % of the responses were right");
  });

  test("counts with 1 % lost, not with more", () => {
    assert.equal(loadError({ ...right, lost: 100 }), undefined);
    assert.equal(loadError({ ...right, lost: 101 }), "1.01 % of the queries were lost");
  });

  test("that was not answered at all does not count, and has no cost", () => {
    const silent = { ...right, answered: 0 };
    const time = { userMs: 0, systemMs: 0 };
    assert.equal(loadError(silent), "answered nothing");
    assert.equal(loadFigures(silent, time, time).cpuUsPerQuery, undefined);
  });

  test("costs CPU time for right responses alone", () => {
    const before = { userMs: 10, systemMs: 20 };
    const after = { userMs: 20, systemMs: 50 };
    const figures = loadFigures({ ...right, wrong: 2000 }, before, after);
    assert.equal(figures.cpuUsPerQuery, 5);
    assert.equal(figures.userUsPerQuery, 1.25);
  });
});
