// Queries on their way into a stream, each behind its length: what was asked within one tick, and
// what the kernel has not taken yet. One buffer, written out in one piece.

import type { Stream } from "../runtime/contract.ts";
import { write16 } from "../wire/numbers.ts";
import { padQuery } from "../wire/pad-query.ts";

const PREFIX_LENGTH = 2;
const FIRST_CAPACITY = 4096;

export class QueryBuffer {
  private bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  private start = 0;
  private end = 0;

  /** Adds `query` under another ID, padded to a multiple of `block` bytes; 0: not padded. */
  push(query: Uint8Array, id: number, block: number): void {
    this.reserve(PREFIX_LENGTH + query.length + 2 * block);
    const at = this.end + PREFIX_LENGTH;
    const length = block > 0 ? padQuery(query, block, this.bytes, at) : query.length;
    if (block === 0) this.bytes.set(query, at);
    write16(this.bytes, this.end, length);
    write16(this.bytes, at, id);
    this.end = at + length;
  }

  /** Writes what the stream takes; the rest goes with the next call. */
  flush(stream: Stream<unknown>): void {
    if (this.start === this.end) return;
    const taken = stream.write(this.bytes, this.start, this.end - this.start);
    if (taken > 0) this.start += taken;
    if (this.start === this.end) this.start = this.end = 0;
  }

  private reserve(length: number): void {
    if (this.bytes.length - this.end >= length) return;
    const waiting = this.bytes.subarray(this.start, this.end);
    const capacity = Math.max(FIRST_CAPACITY, 2 * (waiting.length + length));
    if (capacity > this.bytes.length) this.bytes = new Uint8Array(capacity);
    this.bytes.set(waiting, 0);
    this.end = waiting.length;
    this.start = 0;
  }
}
