// The soak's arithmetic: slopes with their errors, and what counts as growth.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lastReport, REPORT_PREFIX } from "../../../bench/soak/heap-report.ts";
import type { Sample } from "../../../bench/soak/sample.ts";
import { fitSlope } from "../../../bench/soak/slope.ts";
import { judgeGrowth } from "../../../bench/soak/verdict.ts";
import { Random } from "../wire/random.ts";

const SEED = 20_260_103;

/** A sample a second, each 50,000 queries on. */
function samples(residentMiB: (millions: number, i: number) => number): Sample[] {
  return Array.from({ length: 100 }, (_, i) => {
    const queries = 50_000 * i;
    const rest = { heapMiB: 20, descriptors: 40, connections: 16 };
    return { seconds: i, queries, residentMiB: residentMiB(queries / 1e6, i), ...rest };
  });
}

function grows(given: readonly Sample[]): string[] {
  return judgeGrowth(given).flatMap((each) => (each.grows ? [each.measure] : []));
}

describe("fitSlope", () => {
  test("of a straight line is exact", () => {
    const { error, slope } = fitSlope([0, 1, 2, 3], [5, 7, 9, 11]);
    assert.ok(Math.abs(slope - 2) < 1e-12 && error < 1e-12);
  });

  test("of points worked out by hand", () => {
    // Means 2 and 3, Sxx 10, Sxy 8, Syy 10: slope 0.8, the squares of the residuals sum to 3.6.
    const { error, slope } = fitSlope([0, 1, 2, 3, 4], [1, 3, 2, 5, 4]);
    assert.ok(Math.abs(slope - 0.8) < 1e-12);
    assert.ok(Math.abs(error - Math.sqrt(3.6 / 3 / 10)) < 1e-12);
  });
});

describe("judgeGrowth", () => {
  const random = new Random(SEED);
  const noise = (): number => random.below(2000) / 100 - 10;

  test("noise and growth that ends are not growth", () => {
    assert.deepEqual(grows(samples(() => 100 + noise())), [], `seed ${SEED}`);
    assert.deepEqual(grows(samples((millions) => 60 + 40 * Math.min(millions, 2))), []);
  });

  test("a leak of 20 bytes a query stands out of the noise", () => {
    const leak = samples((millions) => 100 + 20 * millions + noise());
    assert.deepEqual(grows(leak), ["residentMiB"], `seed ${SEED}`);
  });

  test("a slope that does not stand out of its own error is not growth", () => {
    const given = samples((millions) => 100 + 3 * millions + noise());
    const { error, grows, slope } = judgeGrowth(given).find((each) => {
      return each.measure === "residentMiB";
    })!;
    assert.ok(slope > 2 && slope - 2 * error < 2, `${slope} ± ${error}, seed ${SEED}`);
    assert.equal(grows, false);
  });

  test("each measure counts for itself", () => {
    const leak = samples(() => 100).map((sample, i) => ({ ...sample, descriptors: 40 + i }));
    assert.deepEqual(grows(leak), ["descriptors"]);
  });
});

test("lastReport takes the last whole line", () => {
  assert.equal(lastReport(""), 0);
  assert.equal(lastReport(`x\n${REPORT_PREFIX}12\n${REPORT_PREFIX}34\nwarning\n`), 34);
  assert.equal(lastReport(`${REPORT_PREFIX}12\n${REPORT_PREFIX}3`), 12);
});
