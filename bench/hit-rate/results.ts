// What the study finds, as it is kept in bench/results/hit-rate.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** In the order of tables. */
export const POLICIES = ["hermod", "slru", "lru", "sieve", "s3fifo", "optimum"] as const;
export type PolicyName = (typeof POLICIES)[number];

export const POLICY_TITLES: Readonly<Record<PolicyName, string>> = {
  hermod: "Hermod",
  slru: "SLRU",
  lru: "LRU",
  sieve: "SIEVE",
  s3fifo: "S3-FIFO",
  optimum: "Optimum",
};

export interface HitRateCell {
  /** Of the names, or of the bytes of their responses. */
  readonly share: number;
  /** Entries, or bytes. */
  readonly capacity: number;
  /** What the real cache held and did. */
  readonly entries: number;
  readonly evictions: number;
  readonly pageMoves: number;
  readonly refused: number;
  /** Hits in percent of the requests that count. */
  readonly rates: Readonly<Record<PolicyName, number>>;
}

export interface TraceResults {
  readonly name: string;
  readonly description: string;
  readonly uniform: readonly HitRateCell[];
  readonly mixed: readonly HitRateCell[];
}

export interface HitRateResults {
  readonly seed: number;
  readonly population: number;
  readonly requests: number;
  /** Of the requests. */
  readonly counted: number;
  /** Where the names are from. */
  readonly names: string;
  readonly traces: readonly TraceResults[];
}

export const RESULTS_FILE: string = join(import.meta.dirname, "..", "results", "hit-rate.json");

export function readResults(): HitRateResults {
  return JSON.parse(readFileSync(RESULTS_FILE, "utf8")) as HitRateResults;
}
