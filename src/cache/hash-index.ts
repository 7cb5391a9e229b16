// Data plane: no allocation after start.
// The index: open addressing with linear probing over pairs of int32, a key's hash (0: empty slot)
// and a reference to its block (word offset + 1; 0: none). One writer, any number of readers.
//
// Invariant: between an entry's home slot (hash & mask) and its own there is no empty slot, and the
// distance is under PROBE_LIMIT. The writer keeps it on removal by shifting entries back, so nothing
// marks removed ones. While it shifts, a slot may show the hash of one entry and the reference of
// another, and a reader may miss an entry. It never takes one for another: references are loaded and
// stored atomically, and what they refer to is compared with the whole key.

import type { CacheKey } from "./cache-key.ts";
import { hasKey } from "./stored-response.ts";

/** At two thirds full, one entry in 100 million would lie further from home; it is refused. */
export const PROBE_LIMIT = 256;

export class HashIndex {
  private readonly cells: Int32Array;
  private readonly mask: number;
  private readonly words: Uint32Array;

  /** `words`: the slab that references point into. */
  constructor(buffer: ArrayBufferLike, words: Uint32Array) {
    this.cells = new Int32Array(buffer);
    this.mask = (this.cells.length >> 1) - 1;
    this.words = words;
  }

  /** Word offset of the block with this key, or −1. For readers and the writer. */
  find(key: CacheKey): number {
    const cells = this.cells;
    const hash = key.hash;
    let slot = hash & this.mask;
    for (let probes = 0; probes < PROBE_LIMIT; probes++) {
      const stored = cells[2 * slot]!;
      if (stored === 0) return -1;
      if (stored === hash) {
        const block = Atomics.load(cells, 2 * slot + 1) - 1;
        if (block >= 0 && hasKey(this.words, block, key)) return block;
      }
      slot = (slot + 1) & this.mask;
    }
    return -1;
  }

  /** Publishes a block under a hash; false when no slot is near enough. The key must not be there. */
  add(hash: number, block: number): boolean {
    const cells = this.cells;
    let slot = hash & this.mask;
    for (let probes = 0; probes < PROBE_LIMIT; probes++) {
      if (cells[2 * slot] === 0) {
        this.put(slot, hash, block + 1);
        return true;
      }
      slot = (slot + 1) & this.mask;
    }
    return false;
  }

  /** Publishes `block` in the place of `oldBlock`, which must be there under this hash. */
  replace(hash: number, oldBlock: number, block: number): void {
    Atomics.store(this.cells, 2 * this.slotOf(hash, oldBlock) + 1, block + 1);
  }

  /** Takes out a block, which must be there under this hash; then no slot refers to it. */
  remove(hash: number, block: number): void {
    const { cells, mask } = this;
    let hole = this.slotOf(hash, block);
    let slot = (hole + 1) & mask;
    for (let moving = cells[2 * slot]!; moving !== 0; moving = cells[2 * slot]!) {
      const fromHome = (slot - moving) & mask;
      const fromHole = (slot - hole) & mask;
      if (fromHome >= fromHole) {
        this.put(hole, moving, cells[2 * slot + 1]!);
        hole = slot;
      }
      slot = (slot + 1) & mask;
    }
    this.put(hole, 0, 0);
  }

  private put(slot: number, hash: number, reference: number): void {
    this.cells[2 * slot] = hash;
    Atomics.store(this.cells, 2 * slot + 1, reference);
  }

  private slotOf(hash: number, block: number): number {
    const cells = this.cells;
    let slot = hash & this.mask;
    while (cells[2 * slot + 1] !== block + 1) slot = (slot + 1) & this.mask;
    return slot;
  }
}
