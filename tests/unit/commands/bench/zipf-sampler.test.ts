// What is drawn against the law it is drawn by.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RandomSource } from "../../../../src/commands/bench/random-source.ts";
import { ZipfSampler } from "../../../../src/commands/bench/zipf-sampler.ts";

const SEED = 20_261_121;
const DRAWS = 400_000;

function shares(count: number, exponent: number): number[] {
  const weights = Array.from({ length: count }, (_, r) => (r + 1) ** -exponent);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function drawn(count: number, exponent: number): Float64Array {
  const sampler = new ZipfSampler(count, exponent, new RandomSource(SEED));
  const found = new Float64Array(count);
  for (let i = 0; i < DRAWS; i++) found[sampler.next()]!++;
  return found;
}

describe("the Zipf sampler", () => {
  for (const [count, exponent] of [
    [1, 1],
    [2, 1],
    [3, 3],
    [10, 0],
    [100, 0.9],
    [1000, 1],
    [1000, 1.1],
    [50, 10],
  ] as const) {
    test(`draws ${count} ranks by exponent ${exponent}`, () => {
      const found = drawn(count, exponent);
      shares(count, exponent).forEach((share, rank) => {
        const deviation = Math.sqrt(DRAWS * share * (1 - share)) + 1;
        const off = Math.abs(found[rank]! - DRAWS * share);
        assert.ok(off < 6 * deviation, `seed ${SEED}: rank ${rank}: ${found[rank]} of ${DRAWS}`);
      });
    });
  }

  test("draws the same again with the same seed, and another way with another", () => {
    const draw = (seed: number): number[] => {
      const sampler = new ZipfSampler(1000, 1, new RandomSource(seed));
      return Array.from({ length: 50 }, () => sampler.next());
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
  });
});
