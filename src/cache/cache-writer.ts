// The only writer of the cache, on the main thread. A response is written to a block that nobody sees
// and then published; a published block never changes. What cannot be kept is refused and counted: the
// cache never grows beyond its memory.

import type { CacheKey } from "./cache-key.ts";
import type { CacheMemory } from "./cache-memory.ts";
import { type CacheStats, emptyStats } from "./cache-stats.ts";
import { EntryStore } from "./entry-store.ts";
import { NONE } from "./entry-rows.ts";
import { Evictor } from "./evictor.ts";
import { sizeClassOf } from "./size-classes.ts";
import { entryOf, storedByteLength, type StoredFields, writeStored } from "./stored-response.ts";

export class CacheWriter {
  readonly stats: Readonly<CacheStats>;
  private readonly counts: CacheStats = emptyStats();
  private readonly store: EntryStore;
  private readonly evictor: Evictor;

  /** There may be only one writer of a memory. Not `segmented` makes it plain LRU. */
  constructor(memory: CacheMemory, segmented = true) {
    this.stats = this.counts;
    this.store = new EntryStore(memory, segmented);
    this.evictor = new Evictor(this.store, this.counts);
  }

  /**
   * Keeps a response under `key`, in the place of what was there. `fields.keyWords` are the key's and
   * the response's qname at byte 12 is the key's. False when it was refused: what was there stays,
   * unless it had to give way.
   */
  insert(key: CacheKey, fields: StoredFields): boolean {
    const { index, rows, slab } = this.store;
    const fittingClass = sizeClassOf(storedByteLength(fields));
    if (fittingClass < 0) return this.refuseTooLarge();
    const sizeClass = this.evictor.makeRoom(fittingClass);
    if (sizeClass < 0) return this.refuse();
    const oldBlock = index.find(key);
    const spare = rows.take();
    const block = slab.allocate(sizeClass);
    const entry = oldBlock < 0 ? spare : entryOf(slab.words, oldBlock);
    writeStored(slab.words, slab.bytes, block, entry, fields);
    if (oldBlock >= 0) {
      this.store.replace(entry, block, spare);
      this.counts.updates++;
    } else if (!this.store.publish(entry, key.hash, block)) {
      slab.release(block);
      rows.give(entry);
      return this.refuse();
    }
    this.counts.insertions++;
    this.countEntries();
    return true;
  }

  /** Whether there was such an entry. */
  remove(key: CacheKey): boolean {
    const { index, slab } = this.store;
    const block = index.find(key);
    if (block < 0) return false;
    this.store.drop(entryOf(slab.words, block));
    this.countEntries();
    return true;
  }

  /** Takes out everything. */
  clear(): void {
    const { lists } = this.store;
    for (let entry = lists.last(); entry !== NONE; entry = lists.last()) this.store.drop(entry);
    this.countEntries();
  }

  private countEntries(): void {
    const { lists } = this.store;
    this.counts.entries = lists.entryCount;
    this.counts.bytes = lists.byteCount;
  }

  private refuseTooLarge(): boolean {
    this.counts.refused++;
    this.counts.refusedTooLarge++;
    return false;
  }

  private refuse(): boolean {
    this.counts.refused++;
    if (this.store.retired.count > 0) this.counts.refusedWaiting++;
    this.countEntries();
    return false;
  }
}
