// The writer's promises one by one: updates, refusals, who has to give way, and readers that hold on.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { type CacheMemory, createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import { PROBE_LIMIT } from "../../../src/cache/hash-index.ts";
import { EpochReader } from "../../../src/memory/epochs.ts";
import { Random } from "../wire/random.ts";
import { checkInvariants } from "./invariants.ts";
import { assertStored, fieldsOf, qnameOf, SECRET, setKey } from "./responses.ts";

/** A cache of 1 MiB, with room for about 5,400 responses of 60 bytes or 730 of 1,000. */
class Bench {
  readonly memory: CacheMemory = createCacheMemory({
    capacityBytes: 1 << 20,
    shared: true,
    maxReaders: 2,
  });
  readonly writer: CacheWriter = new CacheWriter(this.memory);
  readonly reader: CacheReader = new CacheReader(this.memory);
  private readonly key: CacheKey = new CacheKey(SECRET);

  keyOf(id: number): CacheKey {
    return setKey(this.key, qnameOf(id, 20 - String(id).length));
  }

  insert(id: number, length = 60, fill = 1): boolean {
    const key = this.keyOf(id);
    return this.writer.insert(key, fieldsOf(key, length, fill));
  }

  find(id: number): number {
    return this.reader.find(this.keyOf(id));
  }

  /** Inserts from `id` on until `enough` entries were evicted or an insert is refused. */
  insertUntil(id: number, enough: number, length = 60): number {
    const before = this.writer.stats.evictions;
    while (this.writer.stats.evictions - before < enough && this.insert(id, length)) id++;
    return id;
  }

  /** How many of the ids from `start` up to `end` are there. Marks none. */
  countFound(start: number, end: number): number {
    let found = 0;
    const { index } = this.writer["store"];
    for (let id = start; id < end; id++) if (index.find(this.keyOf(id)) >= 0) found++;
    return found;
  }

  assertHolds(id: number, block: number, length: number, fill: number): void {
    const fields = fieldsOf(this.keyOf(id), length, fill);
    assertStored(this.reader.words, this.reader.bytes, block, fields, `block ${block}`);
  }
}

describe("CacheWriter", () => {
  test("an update publishes another block; the old one stays whole for who holds it", () => {
    const bench = new Bench();
    const epoch = new EpochReader(bench.memory.epochs, 0);
    bench.insert(1, 100, 0x11);
    epoch.enter();
    const old = bench.find(1);
    for (let i = 0; i < 500; i++) bench.insert(1, 100, i);
    assert.notEqual(bench.find(1), old);
    bench.assertHolds(1, old, 100, 0x11);
    bench.assertHolds(1, bench.find(1), 100, 499);
    assert.equal(bench.writer.stats.entries, 1);
    assert.equal(bench.writer.stats.updates, 500);
    checkInvariants(bench.writer);
  });

  test("a block is not reused while a reader may see it, and is reused after that", () => {
    const bench = new Bench();
    const epoch = new EpochReader(bench.memory.epochs, 1);
    bench.insert(1, 100, 0x22);
    epoch.enter();
    const block = bench.find(1);
    assert.ok(bench.writer.remove(bench.keyOf(1)));
    assert.equal(bench.find(1), -1);
    for (let id = 2; id < 100; id++) {
      bench.insert(id, 100, id);
      assert.notEqual(bench.find(id), block);
    }
    bench.assertHolds(1, block, 100, 0x22);
    epoch.enter();
    bench.insert(100, 100, 100);
    assert.equal(bench.find(100), block);
  });

  test("a stalled reader leads to refusals, not to growth or to an empty cache", () => {
    const bench = new Bench();
    const epoch = new EpochReader(bench.memory.epochs, 0);
    let id = bench.insertUntil(0, 100);
    const full = bench.writer.stats.entries;
    epoch.enter();
    id = bench.insertUntil(id, Infinity);
    for (let i = 0; i < 3 * full; i++) assert.ok(!bench.insert(id + i));
    const { entries, refused, refusedWaiting } = bench.writer.stats;
    assert.equal(refused, 3 * full + 1);
    assert.ok(refusedWaiting > full);
    assert.ok(entries > 0.8 * full, `${entries} of ${full}`);
    assert.equal(bench.countFound(0, id), entries);
    checkInvariants(bench.writer);
    epoch.leave();
    assert.ok(bench.insert(id));
    assert.ok(bench.find(id) >= 0);
  });

  // Up to 100 bytes the rows run out, up to 900 the blocks.
  for (const maxLength of [100, 900]) {
    test(`nor does one for responses of many sizes up to ${maxLength} bytes`, () => {
      const bench = new Bench();
      const random = new Random(5);
      const epoch = new EpochReader(bench.memory.epochs, 0);
      let id = 0;
      while (bench.writer.stats.evictions < 1000) bench.insert(id++, 40 + random.below(maxLength));
      const before = bench.writer.stats.entries;
      epoch.enter();
      for (let i = 0; i < 5000; i++) {
        const limit = i < 3000 ? maxLength : 16_000;
        bench.insert(random.below(id), 40 + random.below(limit));
      }
      const { entries, refused, refusedWaiting } = bench.writer.stats;
      assert.ok(refused > 4000 && refusedWaiting > 4000, `${refused} refused`);
      assert.ok(entries > 0.8 * before, `${entries} of ${before}`);
      checkInvariants(bench.writer);
    });
  }

  test("a stalled reader does not stop removing and clearing", () => {
    const bench = new Bench();
    const epoch = new EpochReader(bench.memory.epochs, 0);
    const end = bench.insertUntil(0, 1);
    epoch.enter();
    const block = bench.find(end - 1);
    assert.ok(bench.writer.remove(bench.keyOf(end - 1)));
    assert.ok(!bench.writer.remove(bench.keyOf(end - 1)));
    bench.writer.clear();
    assert.equal(bench.countFound(0, end), 0);
    bench.assertHolds(end - 1, block, 60, 1);
    checkInvariants(bench.writer);
    epoch.leave();
    assert.ok(bench.insert(0));
    checkInvariants(bench.writer);
  });

  test("what was found survives a flood of names that never come again", () => {
    const bench = new Bench();
    const start = bench.insertUntil(0, 1);
    for (let id = 100; id < 2100; id++) assert.ok(bench.find(id) >= 0);
    bench.insertUntil(start, 20_000);
    assert.equal(bench.countFound(100, 2100), 2000);
  });

  test("what was found stays protected when it is updated", () => {
    const bench = new Bench();
    let id = bench.insertUntil(0, 1);
    for (let found = 100; found < 1100; found++) bench.find(found);
    id = bench.insertUntil(id, 10_000);
    for (let found = 100; found < 1100; found++) bench.insert(found);
    bench.insertUntil(id, 10_000);
    assert.equal(bench.countFound(100, 1100), 1000);
  });

  test("of the new ones those larger than the mean go first", () => {
    const bench = new Bench();
    let id = bench.insertUntil(0, 1);
    for (let i = 0; i < 30; i++) {
      bench.insert(100_000 + i);
      bench.insert(200_000 + i, 1000);
    }
    while (bench.countFound(200_000, 200_030) > 0) id = bench.insertUntil(id, 50);
    assert.equal(bench.countFound(100_000, 100_030), 30);
    checkInvariants(bench.writer);
  });

  test("an entry is not protected because the one in its row was", () => {
    const bench = new Bench();
    const id = bench.insertUntil(0, 1);
    for (let found = 0; found < id; found++) bench.find(found);
    bench.writer.clear();
    for (let fresh = id; fresh < 2 * id; fresh++) bench.insert(fresh);
    bench.insertUntil(2 * id, id);
    assert.equal(bench.countFound(id, 2 * id), 0);
  });

  test("when everything was found the new ones still get in", () => {
    const bench = new Bench();
    const start = bench.insertUntil(0, 1);
    for (let id = 0; id < start; id++) bench.find(id);
    bench.insertUntil(start, 10_000);
    assert.equal(bench.writer.stats.refused, 0);
  });

  test("too large for a page: refused and counted, and what was there stays", () => {
    const bench = new Bench();
    bench.insert(1, 60, 9);
    assert.ok(!bench.insert(1, 16_384));
    const { refused, refusedTooLarge } = bench.writer.stats;
    assert.deepEqual([refused, refusedTooLarge], [1, 1]);
    bench.assertHolds(1, bench.find(1), 60, 9);
    assert.ok(bench.insert(1, 16_000));
  });

  test("no slot near enough in the index: refused, and nothing is lost", () => {
    const bench = new Bench();
    let inserted = 0;
    for (let id = 0; id < 300; id++) {
      const key = bench.keyOf(id);
      key.hash = 1234;
      if (bench.writer.insert(key, fieldsOf(key))) inserted++;
    }
    assert.equal(inserted, PROBE_LIMIT);
    assert.equal(bench.writer.stats.refused, 300 - PROBE_LIMIT);
    checkInvariants(bench.writer);
  });

  test("pages move to the sizes that come, and entries on them to other pages", () => {
    const bench = new Bench();
    const end = bench.insertUntil(0, 1, 1000);
    // Every fourth goes; what is left would fit three quarters of the pages.
    for (let id = 0; id < end; id += 4) bench.writer.remove(bench.keyOf(id));
    const evictions = bench.writer.stats.evictions;
    const left = bench.writer.stats.entries;
    assert.ok(bench.insert(end, 60));
    assert.equal(bench.writer.stats.pageMoves, 1);
    assert.equal(bench.writer.stats.evictions, evictions, "all found room");
    assert.equal(bench.countFound(0, end + 1), left + 1);
    checkInvariants(bench.writer);
  });

  test("responses of many sizes use most of the memory", () => {
    const bench = new Bench();
    const random = new Random(6);
    for (let id = 0; id < 20_000; id++) bench.insert(id, 40 + random.below(400));
    assert.ok(bench.writer.stats.bytes > 0.8 * bench.memory.slab.byteLength);
    checkInvariants(bench.writer);
  });

  test("after a change of sizes the memory serves the new one", () => {
    const bench = new Bench();
    const fresh = new Bench();
    let id = bench.insertUntil(0, 1000, 2000);
    for (let i = 0; i < 20_000; i++) assert.ok(bench.insert(id++, 700));
    fresh.insertUntil(0, 1000, 700);
    assert.ok(bench.writer.stats.entries > 0.85 * fresh.writer.stats.entries);
    checkInvariants(bench.writer);
  });
});
