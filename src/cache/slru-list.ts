// Data plane: no allocation after start.
// Segmented LRU as two doubly linked lists of entries through their rows, 20 % of the bytes on
// probation and 80 % protected; a live entry is in exactly one of them.
//
//   probation  head ⇄ … ⇄ tail → evicted          new entries come in at the head
//                 ↑          ↓ found since
//   protected  tail ⇄ … ⇄ head                    over 80 %: the tail goes back on probation
//
// Readers only set an entry's mark. The writer reads it when the entry has come to a tail, moves the
// entry accordingly and clears the mark: a bounded number of such steps for each insert.

import { NONE, ROW, ROW_SHIFT, SEGMENT } from "./entry-rows.ts";

/** Of all bytes in the lists, the share that may be protected. */
const PROTECTED_SHARE = 0.8;

export class SlruList {
  /** Entries in both lists. */
  entryCount = 0;
  private readonly cells: Int32Array;
  private readonly marks: Uint8Array;
  /** By segment; place 0 is not used. */
  private readonly heads: Int32Array = new Int32Array([NONE, NONE, NONE]);
  private readonly tails: Int32Array = new Int32Array([NONE, NONE, NONE]);
  private readonly bytes: Float64Array = new Float64Array(3);

  constructor(cells: Int32Array, marks: Uint8Array) {
    this.cells = cells;
    this.marks = marks;
  }

  /** Bytes of all blocks in both lists. */
  get byteCount(): number {
    return this.bytes[SEGMENT.probation]! + this.bytes[SEGMENT.protected]!;
  }

  /** The entry that has waited longest in `segment`, or NONE. */
  tail(segment: number): number {
    return this.tails[segment]!;
  }

  head(segment: number): number {
    return this.heads[segment]!;
  }

  bytesIn(segment: number): number {
    return this.bytes[segment]!;
  }

  /** Puts an entry that is in no list at the head of `segment`. Its `blockBytes` must be set. */
  add(entry: number, segment: number): void {
    const { cells, heads, tails } = this;
    const row = entry << ROW_SHIFT;
    const head = heads[segment]!;
    cells[row + ROW.segment] = segment;
    cells[row + ROW.previous] = NONE;
    cells[row + ROW.next] = head;
    if (head === NONE) tails[segment] = entry;
    else cells[(head << ROW_SHIFT) + ROW.previous] = entry;
    heads[segment] = entry;
    this.bytes[segment]! += cells[row + ROW.blockBytes]!;
    this.entryCount++;
  }

  /** Takes an entry out of its list. */
  remove(entry: number): void {
    const { cells, heads, tails } = this;
    const row = entry << ROW_SHIFT;
    const segment = cells[row + ROW.segment]!;
    const previous = cells[row + ROW.previous]!;
    const next = cells[row + ROW.next]!;
    if (previous === NONE) heads[segment] = next;
    else cells[(previous << ROW_SHIFT) + ROW.next] = next;
    if (next === NONE) tails[segment] = previous;
    else cells[(next << ROW_SHIFT) + ROW.previous] = previous;
    cells[row + ROW.segment] = SEGMENT.none;
    this.bytes[segment]! -= cells[row + ROW.blockBytes]!;
    this.entryCount--;
  }

  /**
   * One step: returns the entry that is to be evicted, which stays in its list, or NONE when the step
   * went into moving another one.
   */
  step(): number {
    const protectedTail = this.tails[SEGMENT.protected]!;
    const overfull = this.bytes[SEGMENT.protected]! > PROTECTED_SHARE * this.byteCount;
    const entry = this.tails[SEGMENT.probation]!;
    if (protectedTail !== NONE && (overfull || entry === NONE)) {
      const segment = this.unmark(protectedTail) ? SEGMENT.protected : SEGMENT.probation;
      this.move(protectedTail, segment);
      return NONE;
    }
    if (entry === NONE || !this.unmark(entry)) return entry;
    this.move(entry, SEGMENT.protected);
    return NONE;
  }

  /** Whether the entry was marked; it is not any more. */
  private unmark(entry: number): boolean {
    if (this.marks[entry] === 0) return false;
    this.marks[entry] = 0;
    return true;
  }

  private move(entry: number, segment: number): void {
    this.remove(entry);
    this.add(entry, segment);
  }
}
