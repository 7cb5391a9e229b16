// Data plane: no allocation after start.
// Draws ranks by Zipf's law, rank r (from 0) with a weight of 1 / (r + 1)^exponent, in constant time by
// Walker's alias method: each column holds its own rank and one other, and says how to choose.
//
//   column   0    1    2    3        each of the same total weight
//   other    ─    0    0    1        what fills it up
//   keep     1   .9   .6   .4        the share of its own rank

import type { RandomSource } from "./random-source.ts";

export class ZipfSampler {
  private readonly count: number;
  private readonly keep: Float64Array;
  private readonly other: Uint32Array;
  private readonly random: RandomSource;

  /** `count` is at least 1, `exponent` at least 0; 0 makes all ranks alike. */
  constructor(count: number, exponent: number, random: RandomSource) {
    this.count = count;
    this.random = random;
    this.keep = scaledWeights(count, exponent);
    this.other = new Uint32Array(count);
    this.fillUp();
  }

  /** From 0 to `count` − 1. */
  next(): number {
    const column = Math.floor(this.random.fraction() * this.count);
    return this.random.fraction() < this.keep[column]! ? column : this.other[column]!;
  }

  /** What is over 1 fills up what is under. Heavier ranks come first; the rest always averages 1. */
  private fillUp(): void {
    const { keep } = this;
    let heavy = 0;
    for (let light = this.count - 1; light > heavy && keep[light]! < 1; light--) {
      this.fill(light, heavy);
      // One that gave too much is filled up by the next.
      for (; heavy + 1 < light && keep[heavy]! < 1; heavy++) this.fill(heavy, heavy + 1);
    }
  }

  private fill(column: number, from: number): void {
    this.other[column] = from;
    this.keep[from]! -= 1 - this.keep[column]!;
  }
}

/** So that they are 1 on average. */
function scaledWeights(count: number, exponent: number): Float64Array {
  const weights = new Float64Array(count);
  let sum = 0;
  for (let r = 0; r < count; r++) sum += weights[r] = (r + 1) ** -exponent;
  for (let r = 0; r < count; r++) weights[r]! *= count / sum;
  return weights;
}
