// Counters: one Float64 row per thread, each written by its own thread alone, summed when read.
// A Float64 counts exactly to 2^53. Layout of a row:
//   queries[transport][path][rcode] …, then the single counters in the order of COUNTER.

export const TRANSPORTS = ["udp", "tcp", "dot", "doh"] as const;
/** How an answer came about; the index is what `answer()` reports. */
export const PATHS = [
  "hit",
  "stale",
  "local",
  "blocked",
  "refused",
  "malformed",
  "resolved",
  "failed",
] as const;

export const TRANSPORT = { udp: 0, tcp: 1, dot: 2, doh: 3 } as const;
export const PATH = {
  hit: 0,
  stale: 1,
  local: 2,
  blocked: 3,
  refused: 4,
  malformed: 5,
  resolved: 6,
  failed: 7,
} as const;

/** RCODEs from 0 to 23 have a column each (RFC 6895 §2.3); the last is for all others. */
export const RCODE_COLUMNS = 25;
const QUERY_CELLS: number = TRANSPORTS.length * PATHS.length * RCODE_COLUMNS;

/** Counters without labels, by their place behind the query cells. */
export const COUNTER = {
  cacheMisses: 0,
  /** Not answered by rule: QR=1, shorter than a header, source port 0. */
  dropped: 1,
  connectionsOpened: 2,
  /** Over a cap. */
  connectionsRefused: 3,
  connectionsTimedOut: 4,
  /** UDP responses that the kernel did not take. */
  sendFailures: 5,
  /** Queries beyond the bound on those that may wait for one question. */
  waitersRefused: 6,
  /** Queries over streams that found no room on the way to the main thread. */
  missesRefused: 7,
} as const;
export type CounterName = keyof typeof COUNTER;

export const ROW_CELLS: number = QUERY_CELLS + Object.keys(COUNTER).length;

/** One thread's row. */
export class Counters {
  readonly cells: Float64Array;

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(ROW_CELLS * 8), byteOffset = 0) {
    this.cells = new Float64Array(buffer, byteOffset, ROW_CELLS);
  }

  countQuery(transport: number, path: number, rcode: number): void {
    const column = rcode < RCODE_COLUMNS - 1 ? rcode : RCODE_COLUMNS - 1;
    this.cells[(transport * PATHS.length + path) * RCODE_COLUMNS + column]!++;
  }

  /** `counter` is one of COUNTER's values. */
  count(counter: number): void {
    this.cells[QUERY_CELLS + counter]!++;
  }

  queries(transport: number, path: number, rcode: number): number {
    return this.cells[(transport * PATHS.length + path) * RCODE_COLUMNS + rcode]!;
  }

  value(counter: number): number {
    return this.cells[QUERY_CELLS + counter]!;
  }
}
