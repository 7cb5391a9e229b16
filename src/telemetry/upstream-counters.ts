// What upstreams did, counted: one row of numbers for each URL. The URLs come from the settings, so
// that there are only ever a few rows. Main thread only.

import type { UpstreamFault, UpstreamObserver } from "../upstream/contract.ts";

const FAULT_CELLS: Readonly<Record<UpstreamFault, number>> = {
  timeout: 0,
  connect: 1,
  closed: 2,
  malformed: 3,
  overload: 4,
  stopped: 5,
};
export const FAULTS: readonly string[] = Object.keys(FAULT_CELLS);

/** Upper bounds of the latency buckets in milliseconds; one more bucket takes the rest. */
export const LATENCY_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const;

/** One upstream's figures. */
export class UpstreamRow {
  queries = 0;
  /** Of the queries, those on a connection that had carried one before. */
  reused = 0;
  latencySumMs = 0;
  /** By the order of FAULTS. */
  readonly faults: Float64Array = new Float64Array(FAULTS.length);
  /** By the order of LATENCY_BOUNDS_MS, and the rest; each response is in one bucket only. */
  readonly latencies: Float64Array = new Float64Array(LATENCY_BOUNDS_MS.length + 1);
}

export class UpstreamCounters implements UpstreamObserver {
  private readonly rows: Map<string, UpstreamRow> = new Map();

  /** Rows of `urls` are there from the start, with zeros. */
  constructor(urls: readonly string[]) {
    for (const url of urls) this.row(url);
  }

  asked(url: string, reused: boolean): void {
    const row = this.row(url);
    row.queries++;
    if (reused) row.reused++;
  }

  answered(url: string, latencyMs: number): void {
    const row = this.row(url);
    let bucket = 0;
    while (bucket < LATENCY_BOUNDS_MS.length && latencyMs > LATENCY_BOUNDS_MS[bucket]!) bucket++;
    row.latencies[bucket]!++;
    row.latencySumMs += latencyMs;
  }

  failed(url: string, fault: UpstreamFault): void {
    this.row(url).faults[FAULT_CELLS[fault]]!++;
  }

  /** In the order in which the URLs were first named. */
  entries(): Iterable<[url: string, row: UpstreamRow]> {
    return this.rows.entries();
  }

  private row(url: string): UpstreamRow {
    let row = this.rows.get(url);
    if (row === undefined) this.rows.set(url, (row = new UpstreamRow()));
    return row;
  }
}
