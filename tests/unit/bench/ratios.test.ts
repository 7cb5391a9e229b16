// The baseline's comparison: what counts as slower, what is measured again, and what is reported.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  compareRatios,
  confirmFindings,
  leastRatios,
  LIMIT,
  median,
  medianRatios,
} from "../../../bench/baseline/ratios.ts";

describe("compareRatios", () => {
  test("names what is over the limit, and only that", () => {
    const found = compareRatios({ a: 1, b: 2, c: 3 }, { a: LIMIT, b: 2.7, c: 1 });
    assert.deepEqual(found, [{ name: "b", kind: "slower", factor: 1.35 }]);
  });

  test("names what is missing on either side", () => {
    const kinds = compareRatios({ gone: 1 }, { fresh: 1 }).map(({ kind, name }) => [name, kind]);
    assert.deepEqual(kinds, [
      ["gone", "not measured"],
      ["fresh", "not stored"],
    ]);
  });

  test("a ratio that is no number is not taken for a fast one", () => {
    assert.equal(compareRatios({ a: 1 }, { a: NaN })[0]?.kind, "slower");
  });
});

describe("confirmFindings", () => {
  const stored = { a: 1, b: 1, c: 1 };

  test("measures again only what seemed slower, and drops what was not so each time", () => {
    const asked: (readonly string[])[] = [];
    const again = (names: readonly string[]): Record<string, number> => {
      asked.push(names);
      return asked.length === 1 ? { a: 1.1, b: 1.6 } : { b: 1.5 };
    };
    const { findings, ratios } = confirmFindings(stored, { a: 2, b: 2, c: 1 }, again, 3);
    assert.deepEqual(asked, [["a", "b"], ["b"], ["b"]]);
    assert.deepEqual(findings, [{ name: "b", kind: "slower", factor: 1.5 }]);
    assert.deepEqual(ratios, { a: 1.1, b: 1.5, c: 1 });
  });

  test("measures nothing again when nothing seems slower", () => {
    const again = (): never => assert.fail("measured again");
    assert.deepEqual(confirmFindings(stored, stored, again, 3).findings, []);
  });
});

describe("statistics", () => {
  test("median", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(median([7]), 7);
  });

  test("medianRatios", () => {
    const all = [
      { a: 1, b: 5 },
      { a: 9, b: 4 },
      { a: 2, b: 6 },
    ];
    assert.deepEqual(medianRatios(all), { a: 2, b: 5 });
  });

  test("leastRatios keeps names of either", () => {
    assert.deepEqual(leastRatios({ a: 1, b: 3 }, { b: 2, c: 4 }), { a: 1, b: 2, c: 4 });
  });
});
