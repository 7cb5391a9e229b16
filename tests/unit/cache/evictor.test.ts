// The evictor in a corner: blocks to spare in a larger class, but every free row waits for a reader.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { emptyStats } from "../../../src/cache/cache-stats.ts";
import { EntryStore } from "../../../src/cache/entry-store.ts";
import { Evictor } from "../../../src/cache/evictor.ts";
import { EpochReader } from "../../../src/memory/epochs.ts";

const SMALL = 2;
const LARGER = 3;
const OTHER = 10;

test("no block is given out without a row for it", () => {
  const memory = createCacheMemory({ capacityBytes: 1 << 20, shared: false, maxReaders: 1 });
  const store = new EntryStore(memory);
  const evictor = new Evictor(store, emptyStats());
  const { rows, slab } = store;
  const epoch = new EpochReader(memory.epochs, 0);
  epoch.enter();
  for (let hash = 1; hash <= 100; hash++) {
    const entry = rows.take();
    assert.ok(store.publish(entry, hash, slab.allocate(OTHER)));
    store.drop(entry);
  }
  while (slab.freePageCount > 1 || slab.freeBlocks[SMALL]! > 0) slab.allocate(SMALL);
  slab.allocate(LARGER);
  assert.equal(evictor.makeRoom(SMALL), LARGER, "a larger block does");
  while (rows.freeCount > 0) rows.take();
  assert.equal(evictor.makeRoom(SMALL), -1, "not without a row");
  epoch.leave();
  assert.equal(evictor.makeRoom(LARGER), LARGER, "the reader has let go of rows");
});
