// Data plane: no allocation after start.
// One row of eight int32 for each entry, the writer's alone: what eviction needs to know of an entry
// without touching its block. 32 bytes hold it all, so two rows share a cache line and none straddles
// two; with 64 a small entry would cost a fifth more. A row is free, or owns one live block, or keeps
// one retired block until no reader can see it. Free rows are linked through their `next`.

export const ROW_WORDS = 8;
export const ROW_SHIFT = 3;

/** Offsets in words from the row's start. */
export const ROW = {
  /** The key's hash, under which the index has the entry. */
  hash: 0,
  /** Word offset of the block in the slab. */
  block: 1,
  /** Neighbours in the list that the entry is in, or −1. */
  previous: 2,
  next: 3,
  /** The stage of the list that the entry is in (slru-list), or NO_STAGE. */
  stage: 4,
  /** Length of the block in bytes, its size class's. */
  blockBytes: 5,
  /** Of a retired block: its epoch. */
  tag: 6,
} as const;

/** Of a row that is free or keeps a retired block. */
export const NO_STAGE = 0;

/** No entry: the end of a list. */
export const NONE = -1;

export class EntryRows {
  readonly cells: Int32Array;
  /** Rows that take() can give. */
  freeCount: number;
  private freeHead: number = NONE;
  /** Rows from here on were never used, nor their memory touched. */
  private freshStart = 0;

  constructor(buffer: ArrayBufferLike) {
    this.cells = new Int32Array(buffer);
    this.freeCount = this.cells.length >> ROW_SHIFT;
  }

  /** A free row's entry, or NONE. */
  take(): number {
    if (this.freeCount === 0) return NONE;
    this.freeCount--;
    const entry = this.freeHead;
    if (entry === NONE) return this.freshStart++;
    this.freeHead = this.cells[(entry << ROW_SHIFT) + ROW.next]!;
    return entry;
  }

  give(entry: number): void {
    const row = entry << ROW_SHIFT;
    this.cells[row + ROW.stage] = NO_STAGE;
    this.cells[row + ROW.next] = this.freeHead;
    this.freeHead = entry;
    this.freeCount++;
  }
}
