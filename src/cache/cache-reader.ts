// Data plane: no allocation after start.
// The cache as threads that answer see it: finds the block of a key and marks its entry as wanted.
// It writes nothing else and needs nobody's leave; whether the response has expired is the caller's
// question.

import type { CacheKey } from "./cache-key.ts";
import type { CacheMemory } from "./cache-memory.ts";
import { HashIndex } from "./hash-index.ts";
import { entryOf } from "./stored-response.ts";

export class CacheReader {
  /** The slab: what the accessors of stored-response take. */
  readonly words: Uint32Array;
  /** The same memory. */
  readonly bytes: Uint8Array;
  private readonly index: HashIndex;
  private readonly marks: Uint8Array;

  constructor(memory: CacheMemory) {
    this.words = new Uint32Array(memory.slab);
    this.bytes = new Uint8Array(memory.slab);
    this.index = new HashIndex(memory.index, this.words);
    this.marks = new Uint8Array(memory.marks);
  }

  /**
   * Word offset of the block with the response to `key`, or −1. On the writer's thread it holds until
   * the next call of the writer; on another until that thread's EpochReader enters or leaves.
   */
  find(key: CacheKey): number {
    const block = this.index.find(key);
    if (block < 0) return -1;
    const entry = entryOf(this.words, block);
    // A write would take the cache line from every other reader, so most hits do without.
    if (this.marks[entry] === 0) this.marks[entry] = 1;
    return block;
  }
}
