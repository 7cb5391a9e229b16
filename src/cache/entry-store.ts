// Data plane: no allocation after start.
// The writer's structures held together: an entry has a row, a place in the index, a place in the
// lists and a block; each operation here takes it from one whole state to the next. A block that is
// no longer published is written again only after its epoch has passed (memory/epochs).

import { EpochWriter } from "../memory/epochs.ts";
import type { CacheMemory } from "./cache-memory.ts";
import { EntryRows, NO_STAGE, NONE, ROW, ROW_SHIFT } from "./entry-rows.ts";
import { HashIndex } from "./hash-index.ts";
import { RetiredList } from "./retired-list.ts";
import { CLASS_BYTES, CLASS_COUNT } from "./size-classes.ts";
import { Slab } from "./slab.ts";
import { SlruList } from "./slru-list.ts";

export class EntryStore {
  readonly index: HashIndex;
  readonly rows: EntryRows;
  readonly slab: Slab;
  readonly lists: SlruList;
  readonly retired: RetiredList;
  /** By size class: blocks that wait for their epoch. */
  readonly retiredBlocks: Int32Array = new Int32Array(CLASS_COUNT);
  private readonly marks: Uint8Array;

  constructor(memory: CacheMemory, segmented = true) {
    this.slab = new Slab(memory.slab, memory.pages);
    this.index = new HashIndex(memory.index, this.slab.words);
    this.rows = new EntryRows(memory.rows);
    this.marks = new Uint8Array(memory.marks);
    this.lists = new SlruList(this.rows.cells, this.marks, segmented);
    this.retired = new RetiredList(
      this.rows.cells,
      new EpochWriter(memory.epochs, memory.lineWords),
    );
  }

  /** Publishes a written block as a new entry's; false, and nothing changed, if the index is full. */
  publish(entry: number, hash: number, block: number): boolean {
    if (!this.index.add(hash, block)) return false;
    this.rows.cells[(entry << ROW_SHIFT) + ROW.hash] = hash;
    this.setBlock(entry, block);
    this.marks[entry] = 0;
    this.lists.add(entry);
    return true;
  }

  /**
   * Publishes a written block in the place of the one that the entry has, and puts the entry at the
   * head of its list. `spare`: a row that takes over the old block.
   */
  replace(entry: number, block: number, spare: number): void {
    const { cells } = this.rows;
    const row = entry << ROW_SHIFT;
    const stage = cells[row + ROW.stage]!;
    this.lists.remove(entry);
    this.exchange(entry, block, spare);
    this.lists.put(entry, stage);
  }

  /** As replace(), with a block of the same class and the entry's place in its list as it is. */
  exchange(entry: number, block: number, spare: number): void {
    const { cells } = this.rows;
    const row = entry << ROW_SHIFT;
    const oldBlock = cells[row + ROW.block]!;
    this.index.replace(cells[row + ROW.hash]!, oldBlock, block);
    this.setBlock(entry, block);
    this.setBlock(spare, oldBlock);
    this.retire(spare);
  }

  /** Takes an entry out of the cache. */
  drop(entry: number): void {
    const { cells } = this.rows;
    const row = entry << ROW_SHIFT;
    this.lists.remove(entry);
    this.index.remove(cells[row + ROW.hash]!, cells[row + ROW.block]!);
    this.retire(entry);
  }

  /** Whether `block` is the one that readers find under `entry`. */
  owns(entry: number, block: number): boolean {
    const { cells } = this.rows;
    const row = entry << ROW_SHIFT;
    if (row >= cells.length || row < 0) return false;
    return cells[row + ROW.stage] !== NO_STAGE && cells[row + ROW.block] === block;
  }

  /** Takes back the rows and blocks that no reader can see any more. */
  reclaim(): void {
    const { retired, rows, slab } = this;
    retired.observe();
    for (let entry = retired.pop(); entry !== NONE; entry = retired.pop()) {
      const block = rows.cells[(entry << ROW_SHIFT) + ROW.block]!;
      this.retiredBlocks[slab.sizeClassAt(block)]!--;
      slab.release(block);
      rows.give(entry);
    }
  }

  private retire(entry: number): void {
    const block = this.rows.cells[(entry << ROW_SHIFT) + ROW.block]!;
    this.retiredBlocks[this.slab.sizeClassAt(block)]!++;
    this.retired.push(entry);
  }

  private setBlock(entry: number, block: number): void {
    const { cells } = this.rows;
    const row = entry << ROW_SHIFT;
    cells[row + ROW.block] = block;
    cells[row + ROW.blockBytes] = CLASS_BYTES[this.slab.sizeClassAt(block)]!;
  }
}
