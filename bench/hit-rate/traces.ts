// The traces: which name each request asks for, as ids. Ids below the population's size are names that
// come again; those from there on are asked for once. The same seed gives the same trace.

import { Random } from "../../tests/unit/wire/random.ts";

export interface TraceOptions {
  readonly seed: number;
  /** How many names there are. */
  readonly population: number;
  readonly requests: number;
}

export interface Trace {
  readonly name: string;
  /** For people. */
  readonly description: string;
  readonly ids: Int32Array;
  /** Ids are below this. */
  readonly idCount: number;
}

/** Every fifth stretch of as many requests is a scan. */
const SCAN_STRETCH = 10_000;
const SCAN_EVERY = 5;
/** Requests after which the most popular name is the next one. */
const SHIFT_EVERY = 40;

export const TRACE_NAMES = [
  "zipf-0.9",
  "zipf-1.0",
  "zipf-1.1",
  "zipf-1.0-scan",
  "zipf-1.0-shift",
] as const;
export type TraceName = (typeof TRACE_NAMES)[number];

export function makeTrace(name: TraceName, options: TraceOptions): Trace {
  switch (name) {
    case "zipf-0.9":
      return zipfTrace(name, 0.9, options);
    case "zipf-1.0":
      return zipfTrace(name, 1, options);
    case "zipf-1.1":
      return zipfTrace(name, 1.1, options);
    case "zipf-1.0-scan":
      return scanTrace(name, options);
    case "zipf-1.0-shift":
      return shiftTrace(name, options);
  }
}

function zipfTrace(name: string, exponent: number, options: TraceOptions): Trace {
  const description = `the name of rank r is asked for with a frequency of 1 / r^${exponent}`;
  return { name, description, ids: zipfIds(exponent, options), idCount: options.population };
}

function scanTrace(name: string, options: TraceOptions): Trace {
  const ids = zipfIds(1, options);
  let idCount = options.population;
  for (let i = 0; i < ids.length; i++) {
    if (Math.floor(i / SCAN_STRETCH) % SCAN_EVERY === SCAN_EVERY - 1) ids[i] = idCount++;
  }
  const description =
    `Zipf 1.0; every ${SCAN_EVERY}th stretch of ${SCAN_STRETCH.toLocaleString("en")} requests asks ` +
    "for names that never come again";
  return { name, description, ids, idCount };
}

function shiftTrace(name: string, options: TraceOptions): Trace {
  const { population } = options;
  const ids = zipfIds(1, options);
  for (let i = 0; i < ids.length; i++) {
    ids[i] = (ids[i]! + Math.floor(i / SHIFT_EVERY)) % population;
  }
  const description = `Zipf 1.0; every ${SHIFT_EVERY} requests each name takes the rank before its own`;
  return { name, description, ids, idCount: population };
}

/** Ranks, from 0 for the most popular, drawn independently. */
function zipfIds(exponent: number, { population, requests, seed }: TraceOptions): Int32Array {
  const random = new Random(seed);
  const sums = new Float64Array(population);
  let sum = 0;
  for (let rank = 0; rank < population; rank++) sums[rank] = sum += (rank + 1) ** -exponent;
  return Int32Array.from({ length: requests }, () => {
    return firstAtLeast(sums, (random.below(0x7fffffff) / 0x7fffffff) * sum);
  });
}

/** Index of the first of the ascending `sums` that is at least `wanted`. */
function firstAtLeast(sums: Float64Array, wanted: number): number {
  let low = 0;
  for (let high = sums.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (sums[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
