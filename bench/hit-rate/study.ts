// The study: every policy over every trace at every capacity. Uniform sizes compare at the same number
// of entries, mixed sizes at the same bytes for responses. Hits count from a quarter of a trace on, when
// the caches are full.

import { MIN_CAPACITY_BYTES } from "../../src/cache/cache-memory.ts";
import { namePopulation } from "./name-population.ts";
import { Lru } from "./policies/lru.ts";
import { OfflineOptimum } from "./policies/offline-optimum.ts";
import type { CacheSize, Policy } from "./policies/policy.ts";
import { S3Fifo } from "./policies/s3-fifo.ts";
import { Sieve } from "./policies/sieve.ts";
import { Slru } from "./policies/slru.ts";
import { entryBytes, RealCache } from "./real-cache.ts";
import { mixedResponseBytes, uniformResponseBytes } from "./response-sizes.ts";
import type { HitRateCell, HitRateResults, TraceResults } from "./results.ts";
import { makeTrace, type Trace, TRACE_NAMES, type TraceName, type TraceOptions } from "./traces.ts";

/** Of the population's names, or of the bytes that their responses take. */
const SHARES = [0.01, 0.05, 0.1, 0.25] as const;
/** What the cache's own accounting takes of an entry's share: rows are made for entries of this size. */
const BYTES_PER_ENTRY = 192;
/** Of a cache with mixed sizes, for what is not a response: rows, marks and index. */
const OVERHEAD = 1.3;

export interface StudyOptions extends TraceOptions {
  readonly progress: (line: string) => void;
}

export function runStudy(options: StudyOptions): HitRateResults {
  const { population, requests, seed } = options;
  return {
    ...{ seed, population, requests, counted: requests - firstCounted(requests) },
    names: namePopulation(0).source,
    traces: TRACE_NAMES.map((name) => studyTrace(name, options)),
  };
}

function studyTrace(name: TraceName, options: StudyOptions): TraceResults {
  const trace = makeTrace(name, options);
  const uniform = SHARES.map((share) => uniformCell(trace, share, options));
  const mixed = SHARES.map((share) => mixedCell(trace, share, options));
  return { name, description: trace.description, uniform, mixed };
}

function uniformCell(trace: Trace, share: number, options: StudyOptions): HitRateCell {
  const entries = Math.round(share * options.population);
  const real = new RealCache({
    capacityBytes: Math.max(entries * BYTES_PER_ENTRY, MIN_CAPACITY_BYTES),
    names: namePopulation(trace.idCount),
    responseBytes: uniformResponseBytes(trace.idCount),
  });
  const size = { capacity: real.memory.entryCount, sizes: new Int32Array(trace.idCount).fill(1) };
  return compare(trace, share, real, size, options);
}

function mixedCell(trace: Trace, share: number, options: StudyOptions): HitRateCell {
  const names = namePopulation(trace.idCount);
  const responseBytes = mixedResponseBytes(names, trace.idCount, options.seed);
  const sizes = responseBytes.map(entryBytes);
  const all = sizes.subarray(0, options.population).reduce((sum, bytes) => sum + bytes, 0);
  const capacityBytes = Math.max(Math.round(OVERHEAD * share * all), MIN_CAPACITY_BYTES);
  const real = new RealCache({ capacityBytes, names, responseBytes });
  const size = { capacity: real.memory.slab.byteLength, sizes };
  return compare(trace, share, real, size, options);
}

function compare(
  trace: Trace,
  share: number,
  real: RealCache,
  size: CacheSize,
  { progress }: StudyOptions,
): HitRateCell {
  const rates = {
    hermod: hitRate(real, trace),
    lru: hitRate(new Lru(size), trace),
    slru: hitRate(new Slru(size), trace),
    sieve: hitRate(new Sieve(size), trace),
    s3fifo: hitRate(new S3Fifo(size), trace),
    optimum: hitRate(new OfflineOptimum(size, trace.ids), trace),
  };
  const { entries, evictions, pageMoves, refused } = real.stats;
  const cell = { share, capacity: size.capacity, entries, evictions, pageMoves, refused, rates };
  progress(`${trace.name} ${100 * share} %: ${JSON.stringify(rates)}`);
  return cell;
}

/** In percent, to a hundredth. */
function hitRate(policy: Policy, { ids }: Pick<Trace, "ids">): number {
  const first = firstCounted(ids.length);
  let hits = 0;
  for (let i = 0; i < ids.length; i++) {
    const isHit = policy.request(ids[i]!);
    if (isHit && i >= first) hits++;
  }
  return Math.round((10_000 * hits) / (ids.length - first)) / 100;
}

function firstCounted(requests: number): number {
  return Math.floor(requests / 4);
}
