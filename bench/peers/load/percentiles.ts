// Percentiles of a list of times, by the nearest rank.

import type { Latency } from "./load-generator.ts";

export function percentiles(timesMs: readonly number[]): Latency {
  const sorted = Float64Array.from(timesMs).sort();
  const at = (share: number): number => {
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  };
  return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}
