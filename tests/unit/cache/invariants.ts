// What must hold of the cache's memory between any two operations of the writer, checked by counting
// everything anew.

import assert from "node:assert/strict";
import type { CacheWriter } from "../../../src/cache/cache-writer.ts";
import type { EntryStore } from "../../../src/cache/entry-store.ts";
import { NO_STAGE, NONE, ROW, ROW_SHIFT } from "../../../src/cache/entry-rows.ts";
import { PROBE_LIMIT } from "../../../src/cache/hash-index.ts";
import {
  CLASS_BLOCKS,
  CLASS_BYTES,
  CLASS_COUNT,
  PAGE_BYTES,
} from "../../../src/cache/size-classes.ts";
import { LAST_STAGE } from "../../../src/cache/slru-list.ts";
import { entryOf } from "../../../src/cache/stored-response.ts";

const PAGE_ROW = 8;

/** Throws where the writer's structures disagree with each other. */
export function checkInvariants(writer: CacheWriter): void {
  const store = writer["store"];
  const live = checkLists(store);
  const retired = checkRetired(store);
  checkRows(store, live, retired);
  checkIndex(store, live);
  checkBlocks(store, live, retired);
  assert.equal(writer.stats.entries, live.length, "stats.entries");
  assert.equal(writer.stats.bytes, bytesOf(store, live), "stats.bytes");
}

function field(store: EntryStore, entry: number, offset: number): number {
  return store.rows.cells[(entry << ROW_SHIFT) + offset]!;
}

function bytesOf(store: EntryStore, entries: readonly number[]): number {
  return entries.reduce((sum, entry) => sum + field(store, entry, ROW.blockBytes), 0);
}

/** Links both ways, stages and bytes of all lists; returns their entries. */
function checkLists(store: EntryStore): number[] {
  const { lists } = store;
  const all: number[] = [];
  for (let stage = 1; stage <= LAST_STAGE; stage++) {
    const entries: number[] = [];
    let previous: number = NONE;
    for (let at = lists["heads"][stage]!; at !== NONE; at = field(store, at, ROW.next)) {
      assert.equal(field(store, at, ROW.previous), previous, "next[previous[i]] === i");
      assert.equal(field(store, at, ROW.stage), stage, "stage");
      entries.push(at);
      previous = at;
      assert.ok(entries.length <= lists.entryCount, "a list without end");
    }
    assert.equal(lists.tail(stage), previous, "tail");
    assert.equal(lists["stageBytes"][stage], bytesOf(store, entries), "bytes in a list");
    all.push(...entries);
  }
  assert.equal(lists.entryCount, all.length, "entries in lists");
  assert.equal(lists.byteCount, bytesOf(store, all), "bytes in lists");
  return all;
}

function checkRetired(store: EntryStore): number[] {
  const { retired } = store;
  const entries: number[] = [];
  const byClass = new Int32Array(CLASS_COUNT);
  for (let at = retired.oldest; at !== NONE; at = field(store, at, ROW.next)) {
    const newest = entries.at(-1);
    if (newest !== undefined) {
      assert.ok(field(store, at, ROW.tag) >= field(store, newest, ROW.tag), "tags in order");
    }
    assert.equal(field(store, at, ROW.stage), NO_STAGE, "a retired row in a list");
    byClass[store.slab.sizeClassAt(field(store, at, ROW.block))]!++;
    entries.push(at);
    assert.ok(entries.length <= retired.count, "retired blocks without end");
  }
  assert.equal(retired.count, entries.length, "retired blocks");
  assert.equal(retired.byteCount, bytesOf(store, entries), "retired bytes");
  assert.deepEqual(store.retiredBlocks, byClass, "retired blocks by class");
  return entries;
}

/** Each row is live, retired, free or was never used. */
function checkRows(store: EntryStore, live: number[], retired: number[]): void {
  const { rows } = store;
  const count = rows.cells.length >> ROW_SHIFT;
  const free: number[] = [];
  for (let at = rows["freeHead"]; at !== NONE; at = field(store, at, ROW.next)) {
    free.push(at);
    assert.ok(free.length <= rows.freeCount, "free rows without end");
  }
  const fresh = rows["freshStart"];
  assert.equal(rows.freeCount, free.length + count - fresh, "free rows");
  const known = new Set([...live, ...retired, ...free]);
  assert.equal(known.size, live.length + retired.length + free.length, "a row in two places");
  assert.equal(known.size, fresh, "lost rows");
  assert.ok([...known].every((entry) => entry < fresh));
}

/** Each slot in use is reached from its home without a gap; there are as many as live entries. */
function checkIndex(store: EntryStore, live: number[]): void {
  const cells = store.index["cells"];
  const mask = (cells.length >> 1) - 1;
  const entryByBlock = new Map(live.map((entry) => [field(store, entry, ROW.block), entry]));
  for (let slot = 0; slot <= mask; slot++) {
    const hash = cells[2 * slot]!;
    const block = cells[2 * slot + 1]! - 1;
    if (hash === 0) {
      assert.equal(block, -1, "an empty slot with a reference");
      continue;
    }
    const entry = entryByBlock.get(block);
    assert.ok(entry !== undefined, "a slot without an entry, or two slots with the same");
    assert.equal(field(store, entry, ROW.hash), hash, "hash");
    entryByBlock.delete(block);
    let probes = 0;
    for (let at = hash & mask; at !== slot; at = (at + 1) & mask) {
      assert.notEqual(cells[2 * at], 0, "a gap before an entry");
      assert.ok(++probes < PROBE_LIMIT, "too far from home");
    }
  }
  assert.equal(entryByBlock.size, 0, "entries that the index has not");
}

/** No block in two places; counts and lists of pages and blocks. */
function checkBlocks(store: EntryStore, live: number[], retired: number[]): void {
  const { slab } = store;
  const used = new Map<number, number>();
  for (const entry of [...live, ...retired]) {
    const block = field(store, entry, ROW.block);
    assert.ok(!used.has(block), "two rows with the same block");
    used.set(block, entry);
  }
  for (const entry of live) {
    const block = field(store, entry, ROW.block);
    assert.equal(entryOf(slab.words, block), entry, "the entry in the block");
    assert.equal(field(store, entry, ROW.blockBytes), CLASS_BYTES[slab.sizeClassAt(block)]);
  }
  const counts = { used: 0, freeBlocks: new Int32Array(CLASS_COUNT), pages: 0, withRoom: 0 };
  const pageCounts = new Int32Array(CLASS_COUNT);
  for (let page = 0; page < slab["pageCount"]; page++) {
    checkPage(store, page, used, counts, pageCounts);
  }
  assert.equal(counts.used, used.size, "blocks in no page");
  assert.deepEqual(slab.freeBlocks, counts.freeBlocks, "free blocks by class");
  const freeBytes = counts.freeBlocks.reduce((sum, n, i) => sum + n * CLASS_BYTES[i]!, 0);
  assert.equal(slab.freeBytes, freeBytes, "free bytes");
  assert.deepEqual(slab.pageCounts, pageCounts, "pages by class");
  assert.equal(slab.usedClassCount, pageCounts.filter((n) => n > 0).length, "classes in use");
  checkPageLists(store, counts.withRoom, counts.pages);
}

function checkPage(
  store: EntryStore,
  page: number,
  used: ReadonlyMap<number, number>,
  counts: { used: number; freeBlocks: Int32Array; pages: number; withRoom: number },
  pageCounts: Int32Array,
): void {
  const { slab } = store;
  const [sizeClassPlus1, usedCount, freeHead, fresh] = slab["cells"].subarray(PAGE_ROW * page);
  const sizeClass = sizeClassPlus1! - 1;
  if (sizeClass < 0) return;
  counts.pages++;
  const blockWords = CLASS_BYTES[sizeClass]! / 4;
  const base = (page * PAGE_BYTES) / 4;
  const free = new Set<number>();
  for (let reference = freeHead!; reference !== 0; reference = slab.words[reference - 1]!) {
    assert.ok(!free.has(reference - 1), "free blocks without end");
    free.add(reference - 1);
    assert.ok(!used.has(reference - 1), "a free block in use");
  }
  let inUse = 0;
  for (let place = 0; place < CLASS_BLOCKS[sizeClass]!; place++) {
    const block = base + place * blockWords;
    if (used.has(block)) inUse++;
    assert.equal(used.has(block) || free.has(block), place < fresh!, "a lost block");
  }
  assert.equal(usedCount, inUse, "blocks in use in a page");
  counts.used += inUse;
  if (page === slab.draining) return;
  pageCounts[sizeClass]!++;
  counts.freeBlocks[sizeClass]! += CLASS_BLOCKS[sizeClass]! - inUse;
  if (inUse < CLASS_BLOCKS[sizeClass]!) counts.withRoom++;
}

function checkPageLists(store: EntryStore, withRoom: number, assigned: number): void {
  const { slab } = store;
  const cells = slab["cells"];
  let listed = 0;
  slab["pagesWithRoom"].forEach((head, sizeClass) => {
    let previous = -1;
    for (let page = head; page >= 0; page = cells[PAGE_ROW * page + 5]!) {
      assert.equal(cells[PAGE_ROW * page], sizeClass + 1, "a page in another class's list");
      assert.equal(cells[PAGE_ROW * page + 4], previous, "links of pages");
      assert.notEqual(page, slab.draining, "a draining page in a list");
      previous = page;
      assert.ok(++listed <= withRoom, "pages without end");
    }
  });
  assert.equal(listed, withRoom, "pages with room");
  let free = slab["pageCount"] - slab["freshPage"];
  for (let page = slab["freePageHead"]; page >= 0; page = cells[PAGE_ROW * page + 5]!) free++;
  assert.equal(slab.freePageCount, free, "free pages");
  assert.equal(assigned + free, slab["pageCount"], "lost pages");
}
