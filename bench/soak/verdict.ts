// Whether a server grows: the slope of each of its measures over the second half of the run, when
// caches are full and code is compiled. Garbage makes points scatter, so that a slope counts only when
// it stands out of its own error.

import type { Sample } from "./sample.ts";
import { fitSlope, type Slope } from "./slope.ts";

/** What a million queries may add; less could not be told from noise. */
const LIMITS = {
  residentMiB: 2,
  heapMiB: 1,
  descriptors: 2,
  connections: 2,
} as const;
export type Measure = keyof typeof LIMITS;
const MEASURES = Object.keys(LIMITS) as Measure[];

/** Standard errors that a slope must stand out by. */
const SURE = 2;

export interface Growth extends Slope {
  readonly measure: Measure;
  /** Even the least that the slope may be is over the limit. */
  readonly grows: boolean;
}

/** Slopes are per million queries. */
export function judgeGrowth(samples: readonly Sample[]): Growth[] {
  const half = samples.slice(samples.length >> 1);
  const millions = half.map(({ queries }) => queries / 1e6);
  return MEASURES.map((measure) => {
    const { error, slope } = fitSlope(
      millions,
      half.map((sample) => sample[measure]),
    );
    return { measure, slope, error, grows: slope - SURE * error > LIMITS[measure] };
  });
}

export function growthText({ error, grows, measure, slope }: Growth): string {
  const word = grows ? "GROWS" : "bounded";
  return `${measure}: ${slope.toFixed(3)} ± ${error.toFixed(3)} per million queries, ${word}`;
}
