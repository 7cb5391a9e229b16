// The index where it is hardest: many keys with the same home, wrap-around, and removal in the middle.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { HashIndex, PROBE_LIMIT } from "../../../src/cache/hash-index.ts";
import { writeStored } from "../../../src/cache/stored-response.ts";
import { Random } from "../wire/random.ts";
import { fieldsOf, qnameOf, SECRET, setKey } from "./responses.ts";

const BLOCK_WORDS = 32;

/** An index of 1024 slots over blocks with the names of `count` ids; hashes are the test's to choose. */
class Bench {
  readonly index: HashIndex;
  private readonly key: CacheKey = new CacheKey(SECRET);
  private readonly hashOf: (id: number) => number;

  constructor(count: number, hashOf: (id: number) => number) {
    const words = new Uint32Array(count * BLOCK_WORDS);
    const bytes = new Uint8Array(words.buffer);
    this.index = new HashIndex(new ArrayBuffer(8 * 1024), words);
    this.hashOf = hashOf;
    for (let id = 0; id < count; id++) {
      writeStored(words, bytes, id * BLOCK_WORDS, id, fieldsOf(this.keyOf(id)));
    }
  }

  keyOf(id: number): CacheKey {
    setKey(this.key, qnameOf(id));
    this.key.hash = this.hashOf(id);
    return this.key;
  }

  add(id: number): boolean {
    return this.index.add(this.hashOf(id), id * BLOCK_WORDS);
  }

  remove(id: number): void {
    this.index.remove(this.hashOf(id), id * BLOCK_WORDS);
  }

  find(id: number): number {
    return this.index.find(this.keyOf(id));
  }
}

describe("HashIndex", () => {
  test("tells keys with the same hash apart", () => {
    const bench = new Bench(10, () => -5);
    for (let id = 0; id < 5; id++) assert.ok(bench.add(id));
    for (let id = 0; id < 5; id++) assert.equal(bench.find(id), id * BLOCK_WORDS);
    for (let id = 5; id < 10; id++) assert.equal(bench.find(id), -1);
  });

  test("replace() publishes another block in the place of one", () => {
    const bench = new Bench(2, () => 77);
    bench.add(0);
    bench.index.replace(77, 0, BLOCK_WORDS);
    assert.equal(bench.find(0), -1, "the block that is there now has another name");
    assert.equal(bench.find(1), BLOCK_WORDS);
  });

  test("refuses what would lie too far from home, and takes it once there is room", () => {
    const bench = new Bench(PROBE_LIMIT + 1, () => 1000);
    for (let id = 0; id < PROBE_LIMIT; id++) assert.ok(bench.add(id));
    assert.ok(!bench.add(PROBE_LIMIT));
    assert.equal(bench.find(PROBE_LIMIT), -1);
    bench.remove(17);
    assert.ok(bench.add(PROBE_LIMIT));
    for (let id = 0; id <= PROBE_LIMIT; id++) {
      assert.equal(bench.find(id), id === 17 ? -1 : id * BLOCK_WORDS);
    }
  });

  test("random additions and removals in crowded places, against a Set", () => {
    const seed = 3;
    const random = new Random(seed);
    // Homes near the end of 1024 slots, so that entries run over into the first slots.
    const bench = new Bench(300, (id) => 1000 + (id % 40) + 1024 * (1 + (id % 3)));
    const model = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const id = random.below(300);
      if (model.delete(id)) bench.remove(id);
      else if (model.size < 200 && bench.add(id)) model.add(id);
      const other = random.below(300);
      const expected = model.has(other) ? other * BLOCK_WORDS : -1;
      assert.equal(bench.find(other), expected, `seed ${seed}, operation ${i}`);
    }
    assert.ok(model.size > 100);
  });
});
