// The cache's memory: within its capacity, and whole after a postMessage.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CacheMemory,
  createCacheMemory,
  MAX_CAPACITY_BYTES,
  MIN_CAPACITY_BYTES,
} from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import { PAGE_BYTES } from "../../../src/cache/size-classes.ts";
import { assertStored, fieldsOf, keyOf, qnameOf } from "./responses.ts";

function buffersOf(memory: CacheMemory): ArrayBufferLike[] {
  return [memory.index, memory.rows, memory.marks, memory.pages, memory.slab, memory.epochs];
}

describe("createCacheMemory", () => {
  for (const mebibytes of [0.25, 0.3, 1, 7.7, 64]) {
    test(`${mebibytes} MiB: everything together is within it and nearly fills it`, () => {
      const capacityBytes = mebibytes * 2 ** 20;
      const memory = createCacheMemory({ capacityBytes, shared: false, maxReaders: 4 });
      const total = buffersOf(memory).reduce((sum, buffer) => sum + buffer.byteLength, 0);
      assert.ok(total <= capacityBytes);
      assert.ok(total > capacityBytes - PAGE_BYTES - 32);
      assert.ok(memory.slotCount >= 1.5 * memory.entryCount);
      assert.equal(memory.slotCount & (memory.slotCount - 1), 0);
      assert.equal(memory.slab.byteLength, memory.pageCount * PAGE_BYTES);
      assert.ok(memory.pageCount >= 3);
    });
  }

  test("100,000 small answers take at most 20 MB", () => {
    // Rows, marks and blocks are touched as they are used; the index all over.
    const memory = createCacheMemory({ capacityBytes: 64 << 20, shared: false, maxReaders: 1 });
    const writer = new CacheWriter(memory);
    for (let id = 0; id < 2000; id++) {
      const key = keyOf(qnameOf(id));
      assert.ok(writer.insert(key, fieldsOf(key, 60)));
    }
    const blockBytes = writer.stats.bytes / writer.stats.entries;
    assert.ok(100_000 * (32 + 1 + blockBytes) + memory.index.byteLength < 20e6);
  });

  test("refuses a capacity out of range", () => {
    const options = { shared: false, maxReaders: 0 };
    for (const capacityBytes of [0, MIN_CAPACITY_BYTES - 1, MAX_CAPACITY_BYTES + 1, Number.NaN]) {
      assert.throws(() => createCacheMemory({ ...options, capacityBytes }), RangeError);
    }
  });

  test("shared memory survives a postMessage: the copy reads what the writer writes later", () => {
    const memory = createCacheMemory({ capacityBytes: 1 << 20, shared: true, maxReaders: 1 });
    const copy = structuredClone(memory);
    const key = keyOf(qnameOf(1));
    const fields = fieldsOf(key);
    new CacheWriter(memory).insert(key, fields);
    const reader = new CacheReader(copy);
    const block = reader.find(key);
    assert.ok(block >= 0);
    assertStored(reader.words, reader.bytes, block, fields, "through the copy");
    assert.ok(buffersOf(copy).every((buffer) => buffer instanceof SharedArrayBuffer));
  });
});
