// Data plane: no allocation after start.
// Segmented LRU as four doubly linked lists of entries through their rows: 80 % of the bytes are
// protected, 20 % on probation, each in two stages. A live entry is in exactly one list.
//
//   stage     1           2           3           4
//         protected → protected → probation → probation → evicted
//           40 %        40 %     ↑  10 %     ↑  10 %
//             ↑            new entries, those larger than the mean
//             └── found since it was last looked at, from the tail of any stage
//
// Readers only set an entry's mark. The writer reads and clears it when the entry has come to the
// tail of its stage: a bounded number of such steps for each insert. Two stages a segment make it look
// twice as often, which keeps it close to the textbook's, that moves entries with every hit.

import { NO_STAGE, NONE, ROW, ROW_SHIFT } from "./entry-rows.ts";

const FIRST_STAGE = 1;
const PROBATION_STAGE = 3;
export const LAST_STAGE = 4;
/** Of all bytes, by stage. */
const SHARES: readonly number[] = [0, 0.4, 0.4, 0.1, 0.1];

export class SlruList {
  /** Entries in all lists. */
  entryCount = 0;
  /** Bytes of their blocks. */
  byteCount = 0;
  private readonly cells: Int32Array;
  private readonly marks: Uint8Array;
  private readonly entryStage: number;
  /** Of entries larger than the mean: in their room others would bring more hits. */
  private readonly largeEntryStage: number;
  private readonly heads: Int32Array = new Int32Array(LAST_STAGE + 1).fill(NONE);
  private readonly tails: Int32Array = new Int32Array(LAST_STAGE + 1).fill(NONE);
  private readonly stageBytes: Float64Array = new Float64Array(LAST_STAGE + 1);

  /** Not `segmented`: new entries are no worse than those that were wanted again; that is plain LRU. */
  constructor(cells: Int32Array, marks: Uint8Array, segmented: boolean) {
    this.cells = cells;
    this.marks = marks;
    this.entryStage = segmented ? PROBATION_STAGE : FIRST_STAGE;
    this.largeEntryStage = segmented ? LAST_STAGE : FIRST_STAGE;
  }

  /** The entry that was put into `stage` first, or NONE. */
  tail(stage: number): number {
    return this.tails[stage]!;
  }

  /** A new entry. Its `blockBytes` must be set. */
  add(entry: number): void {
    const bytes = this.cells[(entry << ROW_SHIFT) + ROW.blockBytes]!;
    const isLarge = bytes * this.entryCount > this.byteCount;
    this.put(entry, isLarge ? this.largeEntryStage : this.entryStage);
  }

  /** Puts an entry that is in no list at the head of a stage. Its `blockBytes` must be set. */
  put(entry: number, stage: number): void {
    const { cells, heads, tails } = this;
    const row = entry << ROW_SHIFT;
    const head = heads[stage]!;
    const bytes = cells[row + ROW.blockBytes]!;
    cells[row + ROW.stage] = stage;
    cells[row + ROW.previous] = NONE;
    cells[row + ROW.next] = head;
    if (head === NONE) tails[stage] = entry;
    else cells[(head << ROW_SHIFT) + ROW.previous] = entry;
    heads[stage] = entry;
    this.stageBytes[stage]! += bytes;
    this.byteCount += bytes;
    this.entryCount++;
  }

  /** Takes an entry out of its list. */
  remove(entry: number): void {
    const { cells, heads, tails } = this;
    const row = entry << ROW_SHIFT;
    const stage = cells[row + ROW.stage]!;
    const previous = cells[row + ROW.previous]!;
    const next = cells[row + ROW.next]!;
    const bytes = cells[row + ROW.blockBytes]!;
    if (previous === NONE) heads[stage] = next;
    else cells[(previous << ROW_SHIFT) + ROW.next] = next;
    if (next === NONE) tails[stage] = previous;
    else cells[(next << ROW_SHIFT) + ROW.previous] = previous;
    cells[row + ROW.stage] = NO_STAGE;
    this.stageBytes[stage]! -= bytes;
    this.byteCount -= bytes;
    this.entryCount--;
  }

  /**
   * One step: looks at the tail of the first stage that is over its share, or else of the last.
   * Returns the entry if it is to be evicted, which stays in its list, or NONE when it moved.
   */
  step(): number {
    let stage = FIRST_STAGE;
    while (stage < LAST_STAGE && this.stageBytes[stage]! <= SHARES[stage]! * this.byteCount)
      stage++;
    const entry = this.tails[stage]!;
    if (entry === NONE) return NONE;
    const isWanted = this.marks[entry] !== 0;
    if (!isWanted && stage === LAST_STAGE) return entry;
    this.marks[entry] = 0;
    this.remove(entry);
    this.put(entry, isWanted ? FIRST_STAGE : stage + 1);
    return NONE;
  }

  /** The entry that is nearest to eviction, or NONE. */
  last(): number {
    let stage = LAST_STAGE;
    while (stage > FIRST_STAGE && this.tails[stage] === NONE) stage--;
    return this.tails[stage]!;
  }
}
