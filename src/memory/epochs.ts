// Data plane: no allocation after start.
// Epochs: how one writer knows that no reader can still see a block that it took out of a published
// structure, so that its memory may be written again. Readers never wait and never try again.
//
//   word 0        the global epoch, advanced by the writer alone
//   word 16·(r+1) reader r's row: the epoch it reads in, or 0 while it holds no block; a row has a
//                 cache line of its own unless whoever makes it says otherwise (lineWords)
//
// Rules. A reader stores the global epoch in its row before a batch (enter), takes references to
// blocks only by Atomics.load after that, forgets them before the next enter, and stores 0 before it
// blocks (leave). The writer unpublishes a block (Atomics.store over every reference to it), then
// tags it with the global epoch. It writes the block again only when every row, read by Atomics.load
// after that, is 0 or later than the tag.
//
// Why no reader can see a block that is written again. Atomics are sequentially consistent: they have
// one total order S, and a load that reads a store makes all that came before the store happen before
// all that follows the load. Let the writer read row value v of reader R after it unpublished block B
// with tag t, and then reuse B.
//   1. R's reads of B in batches that ended before it stored v happen before that store, and so
//      before the writer's load of v and its writes to B. They saw B whole.
//   2. v = 0. A batch of R after that enters by storing its row later in S than the writer's load
//      (else the load had found it), and so later than the unpublishing. Its loads of references are
//      later still and find none to B.
//   3. v > t. R loaded v from the global epoch, which the writer stored after t, and so after the
//      unpublishing. The loads of references in that batch and in every later one find none to B.
// Nothing is said about plain reads racing with plain writes because there are none: B is written
// only before it is published and after it is reused.
//
// A thread that dies in a batch leaves its row as it is. Another may store 0 there in its stead, and a
// successor may use the row, as soon as the runtime has said that the thread is over: then all its reads
// have happened before, and case 2 holds for the successor.
//
// The epoch advances only when every reader that is in a batch has seen it, so rows and tags lie close
// together and may be compared by their difference when the epoch wraps. Between enter's load and its
// store a reader may pause, and then store an epoch that is long past: that keeps blocks for longer
// than need be, and would be mistaken for a later one only 2^31 epochs on. A reader that never leaves
// stops reuse, not the writer: how much may wait is for the writer to bound.

import { LINE_WORDS } from "./line-words.ts";

const FIRST_EPOCH = 1;

/** Bytes of the buffer that `maxReaders` readers and the writer share. It begins as zeros. */
export function epochsByteLength(maxReaders: number, lineWords: number = LINE_WORDS): number {
  return 4 * lineWords * (1 + maxReaders);
}

/** One reader's view, on its own thread. */
export class EpochReader {
  private readonly cells: Int32Array;
  private readonly row: number;

  /** `reader`: 0 to maxReaders − 1, each used by one thread at a time. `lineWords` as for the buffer. */
  constructor(buffer: ArrayBufferLike, reader: number, lineWords: number = LINE_WORDS) {
    this.cells = new Int32Array(buffer);
    this.row = lineWords * (1 + reader);
  }

  /** Before each batch: gives up what the last one referred to. */
  enter(): void {
    Atomics.store(this.cells, this.row, Atomics.load(this.cells, 0));
  }

  /** Before blocking, and before the thread ends. */
  leave(): void {
    Atomics.store(this.cells, this.row, 0);
  }
}

/** The writer's view. There is one writer. */
export class EpochWriter {
  private readonly cells: Int32Array;
  private readonly lineWords: number;
  private oldest = 0;

  constructor(buffer: ArrayBufferLike, lineWords: number = LINE_WORDS) {
    this.cells = new Int32Array(buffer);
    this.lineWords = lineWords;
    if (this.cells[0] === 0) Atomics.store(this.cells, 0, FIRST_EPOCH);
  }

  /** The tag for what has just been unpublished. */
  tag(): number {
    return this.cells[0]!;
  }

  /**
   * Reads the rows, and advances the epoch if all readers have seen it. Call it before isReusable(),
   * after the last tag().
   */
  observe(): void {
    const { cells, lineWords } = this;
    const current = cells[0]!;
    let oldest = 0;
    for (let row = lineWords; row < cells.length; row += lineWords) {
      const epoch = Atomics.load(cells, row);
      if (epoch === 0) continue;
      if (oldest === 0 || ((epoch - oldest) | 0) < 0) oldest = epoch;
    }
    this.oldest = oldest;
    // From −1 the epoch goes to 1: 0 is for readers that hold nothing.
    const next = current === -1 ? FIRST_EPOCH : (current + 1) | 0;
    if (oldest === current) Atomics.store(cells, 0, next);
  }

  /** Whether, at the last observe(), every row was 0 or later than `tag`. */
  isReusable(tag: number): boolean {
    return this.oldest === 0 || ((this.oldest - tag) | 0) > 0;
  }
}
