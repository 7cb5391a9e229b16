// The mix of classes, and which question of a class is next.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CLASS_BITS,
  CLASS_MASK,
  QUERY_CLASSES,
} from "../../../../src/commands/bench/query-class.ts";
import {
  type MixedPickerParts,
  MixedPicker,
  WarmUpPicker,
} from "../../../../src/commands/bench/question-picker.ts";
import { RandomSource } from "../../../../src/commands/bench/random-source.ts";
import { ZipfSampler } from "../../../../src/commands/bench/zipf-sampler.ts";

const SEED = 20_261_121;
const COUNT = 100_000;

interface Picked {
  readonly number: number;
  readonly queryClass: string;
}

function pick(parts: Partial<MixedPickerParts>, count = COUNT): Picked[] {
  const random = new RandomSource(SEED);
  const mix = { hit: 1, miss: 0, blocked: 0 };
  const picker = new MixedPicker({
    ...{ mix, random, hitCount: 5, blockedCount: 3, popularity: undefined },
    ...parts,
  });
  return Array.from({ length: count }, () => {
    const next = picker.next();
    return { number: next >>> CLASS_BITS, queryClass: QUERY_CLASSES[next & CLASS_MASK]! };
  });
}

const numbers = (picked: readonly Picked[], name: string): number[] =>
  picked.filter(({ queryClass }) => queryClass === name).map(({ number }) => number);

describe("the mix", () => {
  test("has each class as often as it says", () => {
    const mix = { hit: 0.9, miss: 0.09, blocked: 0.01 };
    const picked = pick({ mix });
    for (const [name, share] of Object.entries(mix)) {
      const found = numbers(picked, name).length;
      const deviation = Math.sqrt(COUNT * share * (1 - share));
      assert.ok(Math.abs(found - COUNT * share) < 6 * deviation, `${name}: ${found}, seed ${SEED}`);
    }
  });

  for (const mix of [
    { hit: 1, miss: 0, blocked: 0 },
    { hit: 0, miss: 1, blocked: 0 },
    { hit: 0, miss: 0, blocked: 1 },
    { hit: 1 / 3, miss: 2 / 3, blocked: 0 },
  ]) {
    test(`never has what is not in it: ${JSON.stringify(mix)}`, () => {
      const picked = pick({ mix });
      for (const [name, share] of Object.entries(mix)) {
        assert.equal(numbers(picked, name).length > 0, share > 0, name);
      }
    });
  }

  test("never asks for a miss twice", () => {
    const misses = numbers(pick({ mix: { hit: 0.5, miss: 0.5, blocked: 0 } }), "miss");
    assert.equal(new Set(misses).size, misses.length);
  });

  test("takes hits and blocked names in turn", () => {
    const picked = pick({ mix: { hit: 0.5, miss: 0, blocked: 0.5 } }, 200);
    numbers(picked, "hit").forEach((number, i) => assert.equal(number, i % 5));
    numbers(picked, "blocked").forEach((number, i) => assert.equal(number, i % 3));
  });

  test("takes hits by popularity", () => {
    const popularity = new ZipfSampler(5, 1, new RandomSource(SEED));
    const hits = numbers(pick({ popularity }), "hit");
    const first = hits.filter((number) => number === 0).length;
    const last = hits.filter((number) => number === 4).length;
    assert.ok(first > 4 * last, `${first} and ${last}, seed ${SEED}`);
    assert.ok(last > 0);
  });
});

test("the warm-up asks for each hit once", () => {
  const picker = new WarmUpPicker();
  const picks = Array.from({ length: 4 }, () => picker.next());
  assert.deepEqual(
    picks.map((pick) => [pick >>> CLASS_BITS, pick & CLASS_MASK]),
    [0, 1, 2, 3].map((number) => [number, 0]),
  );
});
