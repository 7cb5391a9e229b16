// Data plane: no allocation after start.
// Collects the framed responses to one readable burst, so that they leave in one write. Each message
// is answered into a place at a multiple of 4, where it is copied fastest, and then moved up to its
// prefix. Shared by all connections of a server: filled and flushed within one event.

import { WordBuffer } from "../memory/word-buffer.ts";

const PREFIX = 2;
const MAX_MESSAGE = 65_535;
const CAPACITY = 256 * 1024;
/** The largest message, its prefix and what aligns it: room for one. */
const SINGLE_CAPACITY = MAX_MESSAGE + 5;

export interface BurstTarget {
  write(bytes: Uint8Array, length: number): void;
}

export class ResponseBurst {
  readonly out: WordBuffer;
  readonly messageCapacity: number = MAX_MESSAGE;
  private readonly capacity: number;
  private length = 0;

  /** Not `joins`: each response leaves in a write of its own. */
  constructor(joins = true) {
    this.capacity = joins ? CAPACITY : SINGLE_CAPACITY;
    this.out = new WordBuffer(this.capacity);
  }

  /** Where the next message is to be written. */
  get messageOffset(): number {
    return (this.length + PREFIX + 3) & ~3;
  }

  /** Sees to it that the largest message fits. */
  makeRoom(target: BurstTarget): void {
    if (this.messageOffset + MAX_MESSAGE + 1 > this.capacity) this.flushTo(target);
  }

  /** Takes in the message of `length` bytes that was written at messageOffset. */
  add(length: number): void {
    const bytes = this.out.bytes;
    const from = this.messageOffset;
    const at = this.length + PREFIX;
    if (from !== at) bytes.copyWithin(at, from, from + length);
    bytes[at - 2] = length >> 8;
    bytes[at - 1] = length & 0xff;
    this.length = at + length;
  }

  flushTo(target: BurstTarget): void {
    if (this.length === 0) return;
    const length = this.length;
    this.length = 0;
    target.write(this.out.bytes, length);
  }
}
