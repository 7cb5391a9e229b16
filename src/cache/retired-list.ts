// Data plane: no allocation after start.
// Blocks that are no longer published but that a reader may still see, oldest first, each kept by a
// row of its own until its epoch has passed (memory/epochs). It needs no memory besides the rows, so
// it is bounded by them; the writer keeps it far shorter.

import type { EpochWriter } from "../memory/epochs.ts";
import { NONE, ROW, ROW_SHIFT } from "./entry-rows.ts";

export class RetiredList {
  /** Blocks in the list. */
  count = 0;
  /** Bytes of those blocks. */
  byteCount = 0;
  private readonly cells: Int32Array;
  private readonly epochs: EpochWriter;
  private head: number = NONE;
  private tail: number = NONE;

  constructor(cells: Int32Array, epochs: EpochWriter) {
    this.cells = cells;
    this.epochs = epochs;
  }

  /** The oldest entry, or NONE. */
  get oldest(): number {
    return this.head;
  }

  /** Takes over an entry whose `block` has just been unpublished and whose `blockBytes` are set. */
  push(entry: number): void {
    const cells = this.cells;
    const row = entry << ROW_SHIFT;
    cells[row + ROW.tag] = this.epochs.tag();
    cells[row + ROW.next] = NONE;
    if (this.tail === NONE) this.head = entry;
    else cells[(this.tail << ROW_SHIFT) + ROW.next] = entry;
    this.tail = entry;
    this.count++;
    this.byteCount += cells[row + ROW.blockBytes]!;
  }

  /** Looks where the readers are: what pop() may give is settled here, after every push() before. */
  observe(): void {
    if (this.head !== NONE) this.epochs.observe();
  }

  /** The oldest entry, if at the last observe() no reader could see its block any more; else NONE. */
  pop(): number {
    const entry = this.head;
    if (entry === NONE) return NONE;
    const row = entry << ROW_SHIFT;
    if (!this.epochs.isReusable(this.cells[row + ROW.tag]!)) return NONE;
    this.head = this.cells[row + ROW.next]!;
    if (this.head === NONE) this.tail = NONE;
    this.count--;
    this.byteCount -= this.cells[row + ROW.blockBytes]!;
    return entry;
  }
}
