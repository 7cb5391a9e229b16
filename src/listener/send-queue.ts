// Bytes that wait to be written to a stream: responses that came within one tick, or what the kernel
// did not take. The buffer goes away when all is written.

import type { Stream } from "../runtime/contract.ts";

const FIRST_CAPACITY = 1024;

export class SendQueue {
  private buffer: Uint8Array | undefined;
  private start = 0;
  private end = 0;

  get length(): number {
    return this.end - this.start;
  }

  push(bytes: Uint8Array, offset: number, length: number): void {
    this.reserve(length);
    this.buffer!.set(bytes.subarray(offset, offset + length), this.end);
    this.end += length;
  }

  /** Writes what the stream takes; true when nothing is left. */
  flush(stream: Stream<unknown>): boolean {
    if (this.buffer === undefined) return true;
    const taken = stream.write(this.buffer, this.start, this.length);
    if (taken > 0) this.start += taken;
    if (this.start < this.end) return false;
    this.buffer = undefined;
    this.start = this.end = 0;
    return true;
  }

  private reserve(length: number): void {
    const buffer = this.buffer;
    if (buffer !== undefined && buffer.length - this.end >= length) return;
    const grown = new Uint8Array(Math.max(FIRST_CAPACITY, 2 * (this.length + length)));
    if (buffer !== undefined) grown.set(buffer.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.buffer = grown;
  }
}
