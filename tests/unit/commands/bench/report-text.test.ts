// The report for people: what must not be missed is said, what is not there is not.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { histogramLines } from "../../../../src/commands/bench/histogram-text.ts";
import { formatMs, reportText } from "../../../../src/commands/bench/report-text.ts";
import { benchReport } from "../../../bench-reports.ts";

const COLUMNS = 60;

describe("the report's text", () => {
  test("has the counts, the rates, the errors and the percentiles", () => {
    const text = reportText(benchReport(), COLUMNS);
    assert.match(text, /^udp:\/\/192\.0\.2\.1 \(batched, 8 sockets\)\n100 queries\/s for 1\.0 s\n/);
    assert.match(text, /^answered +90 +90\/s goodput$/m);
    assert.match(text, /^lost +6 +6\.000 %$/m);
    assert.match(text, /^wrong +4 +4\.000 %$/m);
    assert.match(text, /^ {2}3 responses with an rcode that is not expected$/m);
    assert.match(text, /^rcodes +NOERROR 91, SERVFAIL 3$/m);
    assert.match(text, /^all +2\.00 ms +3\.00 ms +4\.00 ms +5\.00 ms +6\.00 ms$/m);
    assert.match(text, /^ +late by 2\.00 ms \(p50\), 4\.00 ms \(p99\), 6\.00 ms \(max\)$/m);
    assert.doesNotMatch(text, /KEEP UP|unsent|stopped|against|malformed/);
  });

  test("says loudly when the generator did not keep up", () => {
    const { generator, queries } = benchReport();
    const text = reportText(
      benchReport({
        generator: { ...generator, keptUp: false },
        queries: { ...queries, intended: 150, unsent: 50 },
      }),
      COLUMNS,
    );
    assert.match(text, /^THE GENERATOR DID NOT KEEP UP/m);
    assert.match(text, /^unsent +50 +33\.333 % of what was intended$/m);
  });

  test("does not blame the generator alone when connections were missing", () => {
    const generator = { ...benchReport().generator, keptUp: false, connectionsLost: 2 };
    const text = reportText(benchReport({ generator }), COLUMNS);
    assert.match(text, /^2 connections ended early$/m);
    assert.match(text, /^Or there were no connections for them: the server ended some\.$/m);
    assert.doesNotMatch(text, /Ask for a lower/);
  });

  test("says when a closed run shows the generator's limit", () => {
    const closed = benchReport({
      mode: "closed",
      inFlight: 50,
      rate: { intended: null, achieved: 1000, goodput: 1000 },
      queries: { ...benchReport().queries, intended: null, unsent: null },
      generator: { ...benchReport().generator, cpuShare: 0.99 },
    });
    const text = reportText(closed, COLUMNS);
    assert.match(text, /^as fast as it answers, 50 in flight for 1\.0 s$/m);
    assert.match(text, /busy for 99 % of the time/);
    assert.doesNotMatch(text, /late by/);
  });

  test("has a line for each step of a ramp", () => {
    const [step] = benchReport().steps;
    const text = reportText(
      benchReport({ steps: [step!, { ...step!, intendedRate: 200 }] }),
      COLUMNS,
    );
    assert.match(text, /^ +offered\/s.*\n +100 +100 +90 +6 +4 .*\n +200 +100 +90 /m);
  });

  test("says what stopped it, and what was in flight", () => {
    const { queries } = benchReport();
    const stopped = { stoppedBy: "SIGINT", queries: { ...queries, abandoned: 3 } };
    const text = reportText(benchReport(stopped), COLUMNS);
    assert.match(text, /for 1\.0 s, stopped by SIGINT$/m);
    assert.match(text, /^in flight +3 +when it stopped$/m);
  });
});

describe("the histogram", () => {
  const { histogram } = benchReport();

  test("has a bar for each range, the longest as wide as there is room", () => {
    const lines = histogramLines(histogram, COLUMNS);
    assert.equal(lines.length, 4);
    assert.equal(lines[1]!.match(/█/g)!.length, COLUMNS - 24 - 14);
    assert.ok(lines.every((line) => line.length <= COLUMNS));
    assert.match(lines[1]!, /1\.47 – 2\.15 ms {2}█+ 80$/);
  });

  test("shows what is there, however little, and nothing where nothing is", () => {
    const [first, , empty] = histogramLines(histogram, COLUMNS);
    assert.match(first!, /[▏▎▍▌▋▊▉█]/);
    assert.doesNotMatch(empty!, /[▏▎▍▌▋▊▉█]/);
  });

  test("of nothing is nothing", () => assert.deepEqual(histogramLines([], COLUMNS), []));
});

test("times have three digits that count", () => {
  assert.deepEqual([0, 0.0342, 0.9, 1.2345, 123.4, 12_345].map(formatMs), [
    ...["0 us", "34 us", "900 us", "1.23 ms", "123 ms", "12.3 s"],
  ]);
  assert.deepEqual([0.9994, 0.9996, 999.4, 999.6].map(formatMs), [
    ...["999 us", "1.00 ms", "999 ms", "1.00 s"],
  ]);
});
