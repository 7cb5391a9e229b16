// A run set against an earlier one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  compareReports,
  comparisonLines,
  readReport,
} from "../../../../src/commands/bench/compare-reports.ts";
import { benchReport, TIMES } from "../../../bench-reports.ts";
import { temporaryFile } from "../../../e2e/temporary-folder.ts";

describe("two reports", () => {
  test("of the same run have the ratio 1 and nothing that differs", () => {
    const { differences, ratios } = compareReports(benchReport(), benchReport(), "a.json");
    assert.deepEqual(differences, []);
    assert.deepEqual([...new Set(Object.values(ratios))], [1]);
  });

  test("differ by the figures' ratios", () => {
    const now = benchReport({
      rate: { intended: 100, achieved: 100, goodput: 45 },
      latencyMs: { ...TIMES, p99: 12 },
    });
    const { ratios } = compareReports(now, benchReport(), "a.json");
    assert.equal(ratios["goodput"], 0.5);
    assert.equal(ratios["p99"], 3);
    assert.equal(ratios["p50"], 1);
  });

  test("have no ratio to 0", () => {
    const { queries } = benchReport();
    const before = benchReport({ queries: { ...queries, lost: 0 } });
    const comparison = compareReports(benchReport(), before, "a.json");
    assert.equal(comparison.ratios["lostShare"], null);
    assert.match(comparisonLines(comparison).join("\n"), /lostShare +\(was 0\)/);
    assert.equal(compareReports(before, before, "a.json").ratios["lostShare"], 1);
  });

  test("say what they do not have in common", () => {
    const before = benchReport({ server: "tcp://192.0.2.9", connections: 1 });
    const { differences } = compareReports(benchReport(), before, "a.json");
    assert.deepEqual(differences, [
      "server: udp://192.0.2.1, was tcp://192.0.2.9",
      "connections: 8, was 1",
    ]);
  });
});

describe("the earlier report", () => {
  test("is read from what --json printed", () => {
    const file = temporaryFile("a.json", JSON.stringify(benchReport()));
    assert.deepEqual(readReport(file), benchReport());
  });

  for (const [text, message] of [
    ["{", /a\.json can't be read as JSON/],
    ["null", /a\.json is not what hermod bench --json prints \(version 1\)/],
    ['{"version": 2}', /is not what hermod bench --json prints/],
    ['{"version": 1}', /lacks figures/],
    [JSON.stringify({ ...benchReport(), steps: undefined }), /lacks figures/],
  ] as const) {
    test(`is refused when it is ${text.slice(0, 20)}`, () => {
      const file = temporaryFile("a.json", text);
      assert.throws(() => readReport(file), { code: "COMPARE", message });
    });
  }
});
