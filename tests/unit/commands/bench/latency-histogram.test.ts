// The histogram against the exact percentiles of the same times.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LatencyHistogram } from "../../../../src/commands/bench/latency-histogram.ts";

const seed = 20_261_121;
/** A part of a bucket too high, and a microsecond for the cut. */
const MOST = 1 + 1 / 128;
const CUT_MS = 0.001;

function filled(times: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const time of times) histogram.record(time);
  return histogram;
}

const times = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { minLength: 1 });

describe("the latency histogram", () => {
  test("is never below the exact percentile, and hardly above", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(times, share, (given, share) => {
      const sorted = [...given].sort((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
      const found = filled(given).percentile(share);
      assert.ok(found >= exact - 1e-9 && found <= exact * MOST + CUT_MS, `${found} for ${exact}`);
    });
    fc.assert(property, { seed, numRuns: 1000 });
  });

  test("knows count, smallest, largest and mean exactly", () => {
    const property = fc.property(times, (given) => {
      const { count, maxMs, meanMs, minMs } = filled(given);
      assert.equal(count, given.length);
      assert.equal(maxMs, Math.max(...given));
      assert.equal(minMs, Math.min(...given));
      const mean = given.reduce((sum, time) => sum + time, 0) / given.length;
      assert.ok(Math.abs(meanMs - mean) <= 1e-9 * mean);
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  test("two of them added are the one of all times", () => {
    const property = fc.property(times, times, (first, second) => {
      const sum = filled(first);
      sum.add(filled(second));
      const all = filled([...first, ...second]);
      for (const share of [0, 0.1, 0.5, 0.9, 0.99, 1]) {
        assert.equal(sum.percentile(share), all.percentile(share));
      }
      assert.equal(sum.count, all.count);
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  test("ranges that join without a gap count every time once", () => {
    const property = fc.property(times, (given) => {
      const histogram = filled(given);
      const edges = [0, 0.01, 0.1, 1, 10, 100, 1000, 10_000, Infinity];
      const counts = edges.slice(1).map((to, i) => histogram.countBetween(edges[i]!, to));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        given.length,
      );
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  test("empty, it says 0", () => {
    const empty = new LatencyHistogram();
    assert.deepEqual([empty.percentile(0.99), empty.meanMs, empty.count], [0, 0, 0]);
  });

  test("takes what no latency is", () => {
    const histogram = filled([-1, 1e12]);
    assert.equal(histogram.percentile(0.5), 0.001);
    assert.ok(histogram.percentile(1) > 2e6);
  });
});
