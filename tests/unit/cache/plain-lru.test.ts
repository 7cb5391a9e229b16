// With segments, what was wanted again outlives any number of names that are asked once; without, the
// cache is a plain LRU and forgets what was not wanted lately.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import { fieldsOf, qnameOf, SECRET, setKey } from "./responses.ts";

const HOT = 100;
/** Several times what 1 MiB holds. */
const SCAN = 20_000;

/** How many of the hot entries a scan leaves, after they were all wanted once. */
function survivors(segmented: boolean | undefined): number {
  const memory = createCacheMemory({ capacityBytes: 1 << 20, shared: false, maxReaders: 1 });
  const writer =
    segmented === undefined ? new CacheWriter(memory) : new CacheWriter(memory, segmented);
  const reader = new CacheReader(memory);
  const key = new CacheKey(SECRET);
  const keyOf = (id: number): CacheKey => setKey(key, qnameOf(id));
  const insert = (id: number): boolean => writer.insert(keyOf(id), fieldsOf(keyOf(id)));
  for (let id = 0; id < HOT; id++) assert.ok(insert(id));
  for (let id = 0; id < HOT; id++) assert.ok(reader.find(keyOf(id)) >= 0);
  for (let id = HOT; id < HOT + SCAN; id++) assert.ok(insert(id));
  let found = 0;
  for (let id = 0; id < HOT; id++) if (reader.find(keyOf(id)) >= 0) found++;
  return found;
}

test("segments keep what was wanted twice; plain LRU does not", () => {
  assert.equal(survivors(undefined), HOT);
  assert.equal(survivors(true), HOT);
  assert.equal(survivors(false), 0);
});

/** How many small entries are left of those inserted just before large ones, when the first of these goes. */
function smallOnesLeft(segmented: boolean): number {
  const memory = createCacheMemory({ capacityBytes: 1 << 20, shared: false, maxReaders: 1 });
  const writer = new CacheWriter(memory, segmented);
  const key = new CacheKey(SECRET);
  const { index } = writer["store"]; // a reader would mark what it finds
  let id = 0;
  const insert = (count: number, length: number): void => {
    for (const end = id + count; id < end; id++) {
      setKey(key, qnameOf(id));
      assert.ok(writer.insert(key, fieldsOf(key, length)));
    }
  };
  const found = (start: number): number => {
    let count = 0;
    for (let i = start; i < start + HOT; i++) {
      if (index.find(setKey(key, qnameOf(i))) >= 0) count++;
    }
    return count;
  };
  insert(SCAN, 60);
  insert(HOT, 60);
  insert(HOT, 120);
  while (found(SCAN + HOT) === HOT) insert(10, 60);
  return found(SCAN);
}

test("segments let what is larger than the mean go first; plain LRU does not", () => {
  assert.equal(smallOnesLeft(true), HOT);
  assert.equal(smallOnesLeft(false), 0);
});
