// Data plane: no allocation after start.
// A ring of records from one producer thread to one consumer thread, over shared memory: queries that
// the producer could not answer, each with where it came from. Neither waits for the other; what does
// not fit is refused.
//
//   word 0    head: where the consumer is; stored by it alone; a cache line before the next unless
//             whoever makes the ring says otherwise (lineWords)
//   word 16   tail: where the producer is; stored by it alone
//   word 32   records refused for want of room; counted by the producer alone
//   word 48…  records: words in all (0: nothing until the end of the ring) · payload length in bytes ·
//             origin words · payload bytes, padded to a word
//
// Positions count words and wrap at 2^32; the capacity is a power of two, so that position & mask is
// the place in the ring. A record never wraps. The producer writes only from tail to head + capacity
// and then publishes by Atomics.store of the tail; the consumer reads only from head to tail, as
// loaded by Atomics.load, and then gives the room back by Atomics.store of the head. So neither ever
// touches words that the other may be in, and each sees the other's writes whole.

import { LINE_WORDS } from "./line-words.ts";

const HEAD = 0;
/** Head, tail and refused. */
const HEADER_LINES = 3;
/** Words of a record before the origin. */
const RECORD_WORDS = 2;

/** Bytes of a ring for records of `capacityWords` in all, which is a power of two. It begins as zeros. */
export function recordRingByteLength(
  capacityWords: number,
  lineWords: number = LINE_WORDS,
): number {
  return 4 * (HEADER_LINES * lineWords + capacityWords);
}

/** What both ends see of the buffer. */
class RecordRing {
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  protected readonly cells: Int32Array;
  protected readonly originWords: number;
  protected readonly mask: number;
  protected readonly tailAt: number;
  protected readonly refusedAt: number;

  /** `originWords`: how many words of origin each record has. `lineWords` as for the buffer. */
  constructor(buffer: ArrayBufferLike, originWords: number, lineWords: number = LINE_WORDS) {
    const start = HEADER_LINES * lineWords * 4;
    this.cells = new Int32Array(buffer, 0, HEADER_LINES * lineWords);
    this.tailAt = lineWords;
    this.refusedAt = 2 * lineWords;
    this.words = new Uint32Array(buffer, start);
    this.bytes = new Uint8Array(buffer, start);
    this.originWords = originWords;
    this.mask = this.words.length - 1;
  }
}

/** The producer's end. */
export class RecordRingWriter extends RecordRing {
  /** The consumer is at least here. */
  private knownHead: number = Atomics.load(this.cells, HEAD);

  /** False, and counted, when there is no room. */
  push(
    payload: Uint8Array,
    offset: number,
    length: number,
    origins: Uint32Array,
    originAt: number,
  ): boolean {
    const { bytes, cells, mask, originWords, tailAt, words } = this;
    const needed = RECORD_WORDS + originWords + ((length + 3) >> 2);
    let tail = cells[tailAt]!;
    const untilEnd = words.length - (tail & mask);
    const skipped = needed <= untilEnd ? 0 : untilEnd;
    if (!this.hasRoom(tail, skipped + needed)) {
      cells[this.refusedAt]!++;
      return false;
    }
    if (skipped > 0) words[tail & mask] = 0;
    tail = (tail + skipped) | 0;
    const at = tail & mask;
    words[at] = needed;
    words[at + 1] = length;
    for (let w = 0; w < originWords; w++) words[at + RECORD_WORDS + w] = origins[originAt + w]!;
    const to = (at + RECORD_WORDS + originWords) * 4;
    for (let i = 0; i < length; i++) bytes[to + i] = payload[offset + i]!;
    Atomics.store(cells, tailAt, (tail + needed) | 0);
    return true;
  }

  private hasRoom(tail: number, neededWords: number): boolean {
    const capacity = this.words.length;
    if (capacity - ((tail - this.knownHead) | 0) >= neededWords) return true;
    this.knownHead = Atomics.load(this.cells, HEAD);
    return capacity - ((tail - this.knownHead) | 0) >= neededWords;
  }
}

/** The consumer's end. After next() the record's parts lie where the fields say, until the next next(). */
export class RecordRingReader extends RecordRing {
  /** In `words`. */
  originAt = 0;
  /** In `bytes`. */
  offset = 0;
  /** Of the payload, in bytes. */
  length = 0;
  private head: number = Atomics.load(this.cells, HEAD);

  /** Records refused so far for want of room. */
  get refused(): number {
    return this.cells[this.refusedAt]! >>> 0;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.cells, this.tailAt) === this.head;
  }

  /** Gives back the last record's room and goes to the next; false when there is none. */
  next(): boolean {
    const { cells, mask, words } = this;
    if (cells[HEAD] !== this.head) Atomics.store(cells, HEAD, this.head);
    if (this.isEmpty) return false;
    if (words[this.head & mask] === 0) {
      this.head = (this.head + words.length - (this.head & mask)) | 0;
    }
    const at = this.head & mask;
    this.originAt = at + RECORD_WORDS;
    this.offset = (this.originAt + this.originWords) * 4;
    this.length = words[at + 1]!;
    this.head = (this.head + words[at]!) | 0;
    return true;
  }
}
