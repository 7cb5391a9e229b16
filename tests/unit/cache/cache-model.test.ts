// The cache against a plain model, a Map of what was last inserted, over random operations: what it
// finds is that or nothing, whatever it had to evict, move or refuse; readers that hold a block see it
// whole until they let go.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { type CacheMemory, createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import type { StoredFields } from "../../../src/cache/stored-response.ts";
import { EpochReader } from "../../../src/memory/epochs.ts";
import { Random } from "../wire/random.ts";
import { checkInvariants } from "./invariants.ts";
import { assertStored, fieldsOf, qnameOf, randomFields, SECRET, setKey } from "./responses.ts";

interface Setting {
  readonly name: string;
  readonly capacityBytes: number;
  readonly keyCount: number;
  /** 0: all responses have the same size. */
  readonly maxLength: number;
  readonly maxReaders: number;
  readonly operations: number;
}

const KIB = 1024;
const ROOMY: Setting = {
  name: "room for everything",
  capacityBytes: 8192 * KIB,
  keyCount: 300,
  maxLength: 500,
  maxReaders: 0,
  operations: 3000,
};
const SETTINGS: readonly Setting[] = [
  {
    name: "small responses, short of rows",
    capacityBytes: 256 * KIB,
    keyCount: 3000,
    maxLength: 0,
    maxReaders: 0,
    operations: 9000,
  },
  {
    name: "small responses of many sizes",
    capacityBytes: 256 * KIB,
    keyCount: 3000,
    maxLength: 80,
    maxReaders: 1,
    operations: 6000,
  },
  {
    name: "all sizes, short of pages",
    capacityBytes: 320 * KIB,
    keyCount: 500,
    maxLength: 3000,
    maxReaders: 0,
    operations: 5000,
  },
  {
    name: "some responses too large",
    capacityBytes: 512 * KIB,
    keyCount: 100,
    maxLength: 65_535,
    maxReaders: 1,
    operations: 1500,
  },
  {
    name: "three readers that come and go",
    capacityBytes: 512 * KIB,
    keyCount: 800,
    maxLength: 1500,
    maxReaders: 3,
    operations: 6000,
  },
];

/** A reader with an epoch row of its own, and what it has found since it entered. */
class SimulatedReader {
  private readonly epoch: EpochReader;
  private readonly cache: CacheReader;
  private readonly held: { block: number; fields: StoredFields }[] = [];
  private isIn = false;

  constructor(memory: CacheMemory, reader: number) {
    this.epoch = new EpochReader(memory.epochs, reader);
    this.cache = new CacheReader(memory);
  }

  find(key: CacheKey, fields: StoredFields | undefined, message: string): void {
    if (!this.isIn) return;
    const block = this.cache.find(key);
    if (block < 0) return;
    assert.ok(fields !== undefined, message);
    this.held.push({ block, fields });
  }

  move(enter: boolean, message: string): void {
    for (const { block, fields } of this.held) {
      assertStored(this.cache.words, this.cache.bytes, block, fields, `${message}: reused`);
    }
    this.held.length = 0;
    this.isIn = enter;
    if (enter) this.epoch.enter();
    else this.epoch.leave();
  }
}

/** A cache, its model and the operations on both. */
class Simulation {
  readonly writer: CacheWriter;
  readonly model: Map<number, StoredFields> = new Map();
  misses = 0;
  private maxLength: number;
  private readonly setting: Setting;
  private readonly random: Random;
  private readonly key: CacheKey = new CacheKey(SECRET);
  private readonly reader: CacheReader;
  private readonly readers: SimulatedReader[];

  constructor(setting: Setting, shared: boolean, seed: number) {
    const { capacityBytes, maxReaders } = setting;
    const memory = createCacheMemory({ capacityBytes, shared, maxReaders });
    this.setting = setting;
    this.maxLength = setting.maxLength;
    this.random = new Random(seed);
    this.writer = new CacheWriter(memory);
    this.reader = new CacheReader(memory);
    this.readers = Array.from({ length: maxReaders }, (_, i) => new SimulatedReader(memory, i));
  }

  step(message: string): void {
    const { random, readers, setting } = this;
    const id = random.below(setting.keyCount);
    setKey(this.key, qnameOf(id, setting.maxLength && id % 30), 1 + (id % 3), id % 5);
    const choice = random.below(1000);
    if (random.below(setting.operations) === 0) this.clear();
    else if (choice < 50) this.remove(id, message);
    else if (choice < 700) this.insert(id);
    else if (choice < 850 && readers.length > 0)
      random.pick(readers).move(random.chance(70), message);
    else this.find(id, message);
    if (readers.length > 0) random.pick(readers).find(this.key, this.model.get(id), message);
  }

  private insert(id: number): void {
    // Sizes come in waves, so that pages have to change their class.
    if (this.random.chance(1))
      this.maxLength = 1 + (this.setting.maxLength >> this.random.below(8));
    const fields =
      this.setting.maxLength === 0
        ? fieldsOf(this.key, 60, this.random.below(256))
        : randomFields(this.key, this.random, this.maxLength);
    if (this.writer.insert(this.key, fields)) this.model.set(id, fields);
  }

  private remove(id: number, message: string): void {
    const had = this.reader.find(this.key) >= 0;
    assert.equal(this.writer.remove(this.key), had, message);
    this.model.delete(id);
    assert.equal(this.reader.find(this.key), -1, message);
  }

  private find(id: number, message: string): void {
    const block = this.reader.find(this.key);
    const fields = this.model.get(id);
    if (block >= 0) {
      assert.ok(fields !== undefined, `${message}: found what was not there`);
      assertStored(this.reader.words, this.reader.bytes, block, fields, message);
    } else if (fields !== undefined) {
      this.misses++;
    }
  }

  private clear(): void {
    this.writer.clear();
    this.model.clear();
    assert.equal(this.writer.stats.entries, 0);
  }
}

function simulate(setting: Setting, shared: boolean, seed: number): Simulation {
  const simulation = new Simulation(setting, shared, seed);
  for (let i = 0; i < setting.operations; i++) {
    const message = `seed ${seed}, operation ${i}`;
    simulation.step(message);
    if (i % 7 !== 0) continue;
    try {
      checkInvariants(simulation.writer);
    } catch (error) {
      throw new Error(message, { cause: error });
    }
  }
  return simulation;
}

for (const shared of [false, true]) {
  describe(`the cache over ${shared ? "a SharedArrayBuffer" : "an ArrayBuffer"}`, () => {
    for (const seed of [1, 36]) {
      test(`forgets nothing while there is room (seed ${seed})`, () => {
        const { misses, model, writer } = simulate(ROOMY, shared, seed);
        assert.equal(misses, 0);
        assert.equal(writer.stats.entries, model.size);
        assert.equal(writer.stats.evictions + writer.stats.refused, 0);
        assert.ok(writer.stats.updates > 100);
      });

      for (const setting of SETTINGS) {
        test(`${setting.name} (seed ${seed})`, () => {
          const { misses, writer } = simulate(setting, shared, seed);
          assert.ok(misses > 0 && writer.stats.evictions > 100, JSON.stringify(writer.stats));
        });
      }
    }
  });
}
