// Data plane: no allocation after start.
// Memory for blocks: pages of 16 KiB, each cut into blocks of one size class while any of them is in
// use, and free for any class again when none is. Addresses are word offsets in the slab.
//
//   classes   class → its pages that have a free block, doubly linked
//   page      free blocks linked through their first word (offset + 1; 0 ends), then never used ones
//   free      pages without a class, linked; then pages never used, whose memory is not touched
//
// A page that drains gives out no blocks: once its last one comes back it is free for another class.

import { CLASS_BLOCKS, CLASS_BYTES, CLASS_COUNT, PAGE_BYTES, PAGE_SHIFT } from "./size-classes.ts";

export const PAGE_ROW_WORDS = 8;
const PAGE_ROW_SHIFT = 3;
const PAGE_WORD_SHIFT: number = PAGE_SHIFT - 2;

/** Offsets in words from the start of a page's row. */
const SIZE_CLASS = 0; // + 1; 0 for none
const USED = 1; // blocks given out
const FREE_HEAD = 2;
const FRESH = 3; // blocks given out at any time since the page has its class
const PREVIOUS = 4;
const NEXT = 5;

/** How many pages are looked at to find an empty one. */
const SAMPLE_PAGES = 8;

export class Slab {
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  /** By class: free blocks that allocate() can give without a free page. */
  readonly freeBlocks: Int32Array = new Int32Array(CLASS_COUNT);
  /** By class: pages, without the one that drains. */
  readonly pageCounts: Int32Array = new Int32Array(CLASS_COUNT);
  /** Classes that have pages. */
  usedClassCount = 0;
  /** Pages without a class. */
  freePageCount: number;
  /** Bytes of all blocks in `freeBlocks`. */
  freeBytes = 0;
  /** The page that drains, or −1. */
  draining = -1;
  private readonly cells: Int32Array;
  private readonly pageCount: number;
  private readonly pagesWithRoom: Int32Array = new Int32Array(CLASS_COUNT).fill(-1);
  private freePageHead = -1;
  private freshPage = 0;
  private nextSample = 0;

  constructor(buffer: ArrayBufferLike, pages: ArrayBufferLike) {
    this.words = new Uint32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.cells = new Int32Array(pages);
    this.pageCount = this.cells.length >> PAGE_ROW_SHIFT;
    this.freePageCount = this.pageCount;
  }

  /** Bytes of the whole. */
  get capacityBytes(): number {
    return this.pageCount * PAGE_BYTES;
  }

  canAllocate(sizeClass: number): boolean {
    return this.freePageCount > 0 || this.freeBlocks[sizeClass]! > 0;
  }

  /** A block to write to. canAllocate() must hold. */
  allocate(sizeClass: number): number {
    const cells = this.cells;
    if (this.pagesWithRoom[sizeClass]! < 0) this.assignPage(sizeClass);
    const page = this.pagesWithRoom[sizeClass]!;
    const row = page << PAGE_ROW_SHIFT;
    let block = cells[row + FREE_HEAD]! - 1;
    if (block >= 0) cells[row + FREE_HEAD] = this.words[block]!;
    else block = this.blockAt(page, cells[row + FRESH]!++);
    cells[row + USED]!++;
    this.countFree(sizeClass, -1);
    if (cells[row + USED] === CLASS_BLOCKS[sizeClass]) this.unlink(page);
    return block;
  }

  /** Takes a block back, which no reader may see any more. */
  release(block: number): void {
    const cells = this.cells;
    const page = block >> PAGE_WORD_SHIFT;
    const row = page << PAGE_ROW_SHIFT;
    const sizeClass = cells[row + SIZE_CLASS]! - 1;
    this.words[block] = cells[row + FREE_HEAD]!;
    cells[row + FREE_HEAD] = block + 1;
    const used = --cells[row + USED]!;
    if (page === this.draining) {
      if (used === 0) this.freeDrained(page);
      return;
    }
    this.countFree(sizeClass, 1);
    if (used + 1 === CLASS_BLOCKS[sizeClass]) this.link(page);
    if (used === 0) {
      this.withdraw(page);
      this.freePage(page);
    }
  }

  sizeClassAt(block: number): number {
    return this.cells[((block >> PAGE_WORD_SHIFT) << PAGE_ROW_SHIFT) + SIZE_CLASS]! - 1;
  }

  /** The page with the fewest bytes in use of the next few that are not of `sizeClass`, or −1. */
  emptiestPage(sizeClass: number): number {
    const looks = Math.min(SAMPLE_PAGES, this.pageCount);
    let found = -1;
    let least = PAGE_BYTES + 1;
    for (let i = 0; i < looks; i++) {
      const page = this.nextSample;
      this.nextSample = page + 1 === this.pageCount ? 0 : page + 1;
      const row = page << PAGE_ROW_SHIFT;
      const pageClass = this.cells[row + SIZE_CLASS]! - 1;
      if (pageClass < 0 || pageClass === sizeClass) continue;
      const usedBytes = this.cells[row + USED]! * CLASS_BYTES[pageClass]!;
      if (usedBytes >= least) continue;
      least = usedBytes;
      found = page;
    }
    return found;
  }

  /** No block of the page is given out from now on. Nothing else may be draining. */
  drain(page: number): void {
    this.withdraw(page);
    this.draining = page;
  }

  /** Blocks of the page that were given out at some time: blockAt() finds them. */
  touchedBlocks(page: number): number {
    return this.cells[(page << PAGE_ROW_SHIFT) + FRESH]!;
  }

  blockAt(page: number, place: number): number {
    const sizeClass = this.cells[(page << PAGE_ROW_SHIFT) + SIZE_CLASS]! - 1;
    return (page << PAGE_WORD_SHIFT) + place * (CLASS_BYTES[sizeClass]! >> 2);
  }

  private assignPage(sizeClass: number): void {
    const page = this.takeFreePage();
    const row = page << PAGE_ROW_SHIFT;
    this.cells[row + SIZE_CLASS] = sizeClass + 1;
    this.cells[row + USED] = 0;
    this.cells[row + FREE_HEAD] = 0;
    this.cells[row + FRESH] = 0;
    if (this.pageCounts[sizeClass]!++ === 0) this.usedClassCount++;
    this.countFree(sizeClass, CLASS_BLOCKS[sizeClass]!);
    this.link(page);
  }

  /** Takes a page with its free blocks away from its class. */
  private withdraw(page: number): void {
    const row = page << PAGE_ROW_SHIFT;
    const sizeClass = this.cells[row + SIZE_CLASS]! - 1;
    const free = CLASS_BLOCKS[sizeClass]! - this.cells[row + USED]!;
    if (free > 0) this.unlink(page);
    this.countFree(sizeClass, -free);
    if (--this.pageCounts[sizeClass]! === 0) this.usedClassCount--;
  }

  private freeDrained(page: number): void {
    this.draining = -1;
    this.freePage(page);
  }

  private takeFreePage(): number {
    this.freePageCount--;
    const page = this.freePageHead;
    if (page < 0) return this.freshPage++;
    this.freePageHead = this.cells[(page << PAGE_ROW_SHIFT) + NEXT]!;
    return page;
  }

  private freePage(page: number): void {
    const row = page << PAGE_ROW_SHIFT;
    this.cells[row + SIZE_CLASS] = 0;
    this.cells[row + NEXT] = this.freePageHead;
    this.freePageHead = page;
    this.freePageCount++;
  }

  private countFree(sizeClass: number, blocks: number): void {
    this.freeBlocks[sizeClass]! += blocks;
    this.freeBytes += blocks * CLASS_BYTES[sizeClass]!;
  }

  /** Puts a page at the head of its class's list of pages that have a free block. */
  private link(page: number): void {
    const { cells, pagesWithRoom } = this;
    const row = page << PAGE_ROW_SHIFT;
    const sizeClass = cells[row + SIZE_CLASS]! - 1;
    const head = pagesWithRoom[sizeClass]!;
    cells[row + PREVIOUS] = -1;
    cells[row + NEXT] = head;
    if (head >= 0) cells[(head << PAGE_ROW_SHIFT) + PREVIOUS] = page;
    pagesWithRoom[sizeClass] = page;
  }

  private unlink(page: number): void {
    const { cells, pagesWithRoom } = this;
    const row = page << PAGE_ROW_SHIFT;
    const previous = cells[row + PREVIOUS]!;
    const next = cells[row + NEXT]!;
    if (previous < 0) pagesWithRoom[cells[row + SIZE_CLASS]! - 1] = next;
    else cells[(previous << PAGE_ROW_SHIFT) + NEXT] = next;
    if (next >= 0) cells[(next << PAGE_ROW_SHIFT) + PREVIOUS] = previous;
  }
}
