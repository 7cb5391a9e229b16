// Data plane: no allocation after start.
// The state of the query being answered: where it lies, where its response goes, and what the parts
// of the fast path tell each other. One per thread, filled in again for each query.

import type { CacheKey } from "../cache/cache-key.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import { QueryView } from "../wire/query-view.ts";
import { ClientRow } from "./client-row.ts";

/** What a caller may need besides the response, by its place in `AnswerContext.result`. */
export const RESULT = {
  rcode: 0,
  /** One of memory/counters PATH. */
  path: 1,
  /** Least TTL left in the response, in seconds; 0 when it must not be reused. */
  ttlSeconds: 2,
  /** 1 when the TC bit was set. */
  truncated: 3,
} as const;

const NOTHING = new WordBuffer(0);

export class AnswerContext {
  readonly query: QueryView = new QueryView();
  readonly result: Int32Array = new Int32Array(Object.keys(RESULT).length);
  readonly key: CacheKey;

  input: Uint8Array = NOTHING.bytes;
  inOffset = 0;
  inLength = 0;
  out: WordBuffer = NOTHING;
  outOffset = 0;
  outCapacity = 0;

  /** Belongs to the listener. */
  client: ClientRow = new ClientRow();

  /** Extended error (RFC 8914) to go with the response: INFO-CODE, -1 for none. */
  edeCode = -1;
  edeText: Uint8Array = NOTHING.bytes;
  edeTextOffset = 0;
  edeTextLength = 0;

  constructor(key: CacheKey) {
    this.key = key;
  }

  begin(
    input: Uint8Array,
    inOffset: number,
    inLength: number,
    out: WordBuffer,
    outOffset: number,
    outCapacity: number,
    client: ClientRow,
  ): void {
    this.input = input;
    this.inOffset = inOffset;
    this.inLength = inLength;
    this.out = out;
    this.outOffset = outOffset;
    this.outCapacity = outCapacity;
    this.client = client;
    this.edeCode = -1;
    this.edeTextLength = 0;
    this.result.fill(0);
  }

  report(rcode: number, path: number, ttlSeconds: number): void {
    const result = this.result;
    result[RESULT.rcode] = rcode;
    result[RESULT.path] = path;
    result[RESULT.ttlSeconds] = ttlSeconds;
  }
}
