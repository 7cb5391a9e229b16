// Data plane: no allocation after start.
// Makes room for a block: takes back what readers have let go of, evicts what the lists say, and moves
// pages to where they are needed, in a bounded number of steps. It works a little ahead of need, as a
// block that is evicted while readers are busy can be written only when they have moved on. What waits
// for them counts as room that is coming and is bounded: where a reader never moves on, inserts are
// refused and the entries stay.

import type { CacheStats } from "./cache-stats.ts";
import type { EntryStore } from "./entry-store.ts";
import { NONE } from "./entry-rows.ts";
import { CLASS_BLOCKS, CLASS_BYTES, CLASS_COUNT, PAGE_BYTES } from "./size-classes.ts";
import { entryOf } from "./stored-response.ts";

/** Entries looked at for one insert; a few are needed on average. */
const MAX_STEPS = 128;
/** One block in 128 of each class, and one row in 128, is kept free. */
const RESERVE_SHIFT = 7;
/** When an eighth of the rows or of the bytes waits for readers, nothing more is evicted. */
const RETIRED_SHIFT = 3;
/**
 * A block may be this many classes too large, if such are to spare: about half as large again at
 * most for what fits 2,720 bytes, up to three times as large for what is longer.
 */
const BORROW_CLASSES = 2;
/** Free blocks beyond one byte in 64, and half a page a class, are in the wrong classes. */
const SURPLUS_SHIFT = 6;

export class Evictor {
  private readonly store: EntryStore;
  private readonly stats: CacheStats;
  private readonly rowReserve: number;
  private readonly maxRetired: number;
  private readonly maxRetiredBytes: number;

  constructor(store: EntryStore, stats: CacheStats) {
    const rowCount = store.rows.freeCount;
    this.store = store;
    this.stats = stats;
    this.rowReserve = rowCount >> RESERVE_SHIFT;
    this.maxRetired = rowCount >> RETIRED_SHIFT;
    this.maxRetiredBytes = store.slab.capacityBytes / (1 << RETIRED_SHIFT);
  }

  /** The size class of which a block, and with it a row, may now be taken; or −1. */
  makeRoom(sizeClass: number): number {
    const { slab } = this.store;
    this.store.reclaim();
    if (this.isShort(sizeClass) && !this.isStalled()) {
      const larger = this.largerClass(sizeClass);
      if (larger >= 0) return larger;
      if (this.hasSurplus() && !this.isShortOfRows()) this.movePage(sizeClass);
      this.evict(sizeClass);
      this.store.reclaim();
      if (!slab.canAllocate(sizeClass) && this.store.retiredBlocks[sizeClass] === 0) {
        this.movePage(sizeClass);
      }
    }
    return this.canTake(sizeClass) ? sizeClass : -1;
  }

  /** A class with blocks to spare that are not much too large; or −1. */
  private largerClass(sizeClass: number): number {
    if (this.isShortOfRows()) return -1;
    const end = Math.min(sizeClass + BORROW_CLASSES, CLASS_COUNT - 1);
    for (let larger = sizeClass + 1; larger <= end; larger++) {
      if (!this.isShortOfBlocks(larger) && this.canTake(larger)) return larger;
    }
    return -1;
  }

  private evict(sizeClass: number): void {
    const { lists } = this.store;
    const before = lists.entryCount;
    for (let steps = 0; steps < MAX_STEPS && this.isShort(sizeClass); steps++) {
      const entry = lists.step();
      if (entry !== NONE) this.drop(entry);
    }
    // All that was looked at was wanted. One goes all the same rather than the new one.
    const last = lists.last();
    const isStuck = lists.entryCount === before && this.isShort(sizeClass);
    if (isStuck && !this.canTake(sizeClass) && last !== NONE) this.drop(last);
  }

  private canTake(sizeClass: number): boolean {
    return this.store.rows.freeCount > 0 && this.store.slab.canAllocate(sizeClass);
  }

  private drop(entry: number): void {
    this.store.drop(entry);
    this.stats.evictions++;
  }

  private isStalled(): boolean {
    const { retired } = this.store;
    return retired.count > this.maxRetired || retired.byteCount > this.maxRetiredBytes;
  }

  private isShort(sizeClass: number): boolean {
    return this.isShortOfRows() || this.isShortOfBlocks(sizeClass);
  }

  private isShortOfRows(): boolean {
    const { retired, rows } = this.store;
    return rows.freeCount + retired.count <= this.rowReserve;
  }

  /** What waits for readers counts: it is on its way. */
  private isShortOfBlocks(sizeClass: number): boolean {
    const { retiredBlocks, slab } = this.store;
    if (slab.freePageCount > 0) return false;
    const blocks = slab.pageCounts[sizeClass]! * CLASS_BLOCKS[sizeClass]!;
    const coming = slab.freeBlocks[sizeClass]! + retiredBlocks[sizeClass]!;
    return coming <= blocks >> RESERVE_SHIFT;
  }

  private hasSurplus(): boolean {
    const { capacityBytes, freeBytes, usedClassCount } = this.store.slab;
    return freeBytes > capacityBytes / (1 << SURPLUS_SHIFT) + (usedClassCount * PAGE_BYTES) / 2;
  }

  /**
   * Empties a page of another class, the least used of a few, for `sizeClass` to have it when the
   * last reader has moved on. Its entries move to free blocks of their class, or are evicted.
   */
  private movePage(sizeClass: number): void {
    const { slab } = this.store;
    if (slab.draining >= 0) return;
    const page = slab.emptiestPage(sizeClass);
    if (page < 0) return;
    slab.drain(page);
    this.stats.pageMoves++;
    const count = slab.touchedBlocks(page);
    for (let place = 0; place < count; place++) {
      const block = slab.blockAt(page, place);
      const entry = entryOf(slab.words, block);
      if (this.store.owns(entry, block) && !this.relocate(entry, block)) this.drop(entry);
    }
    this.store.reclaim();
  }

  /** Copies an entry's block to a free one of its class; false when there is none. */
  private relocate(entry: number, block: number): boolean {
    const { rows, slab } = this.store;
    const sizeClass = slab.sizeClassAt(block);
    if (slab.freeBlocks[sizeClass] === 0 || rows.freeCount < 2) return false;
    const copy = slab.allocate(sizeClass);
    const length = CLASS_BYTES[sizeClass]! >> 2;
    for (let i = 0; i < length; i++) slab.words[copy + i] = slab.words[block + i]!;
    this.store.exchange(entry, copy, rows.take());
    return true;
  }
}
