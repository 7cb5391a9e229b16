// Two threads read the cache while this one inserts, updates and evicts in memory so small that blocks
// are reused all the time: no reader sees a foreign or torn response.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { type CacheMemory, createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import { Random } from "../wire/random.ts";
import { checkInvariants } from "./invariants.ts";
import { fillOf, lengthOf, type ReaderReport, type ReaderTask } from "./reader-thread.ts";
import { fieldsOf, qnameOf, SECRET, setKey } from "./responses.ts";

const SEED = 91;
const READERS = 2;
const NAMES = 4000;
const CAPACITY_BYTES = 1 << 20;
/** Inserts between two looks at the messages. */
const CHUNK = 60;
const CHUNKS = 200;

/** `progress`: see ReaderTask. */
function startReader(
  memory: CacheMemory,
  reader: number,
  progress: SharedArrayBuffer,
): Promise<ReaderReport> {
  const worker = new Worker(new URL("./reader-thread.ts", import.meta.url));
  const task: ReaderTask = { memory, reader, seed: SEED + reader, nameCount: NAMES, progress };
  worker.postMessage(task);
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function insertSome(writer: CacheWriter, key: CacheKey, random: Random, version: number): void {
  for (let i = 0; i < CHUNK; i++, version++) {
    const id = random.below(NAMES);
    setKey(key, qnameOf(id));
    const fields = fieldsOf(key, lengthOf(version), fillOf(id, version));
    if (random.chance(3)) writer.remove(key);
    else writer.insert(key, { ...fields, storedAtSeconds: version, lifetimeSeconds: id });
  }
}

describe("threads", () => {
  test(`${READERS} readers and a writer (seed ${SEED})`, { timeout: 60_000 }, async () => {
    const memory = createCacheMemory({
      capacityBytes: CAPACITY_BYTES,
      shared: true,
      maxReaders: READERS,
    });
    const writer = new CacheWriter(memory);
    const key = new CacheKey(SECRET);
    const random = new Random(SEED);
    const progress = new SharedArrayBuffer(8);
    const [started, stopped] = [0, 1];
    const cells = new Int32Array(progress);
    const reports = Promise.all([0, 1].map((reader) => startReader(memory, reader, progress)));
    // A reader that fails ends the wait for it too.
    reports.catch(() => Atomics.store(cells, started, READERS));
    while (Atomics.load(cells, started) < READERS) await pause();
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      insertSome(writer, key, random, chunk * CHUNK);
      await pause();
    }
    Atomics.store(cells, stopped, 1);
    for (const { reads, found, wrong } of await reports) {
      assert.deepEqual(wrong, []);
      assert.ok(found > 0, `${found} found of ${reads}`);
    }
    assert.ok(writer.stats.evictions > 100, JSON.stringify(writer.stats));
    checkInvariants(writer);
  });
});
