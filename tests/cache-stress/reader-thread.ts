// A thread that reads a shared cache: finds a batch of blocks, and only then looks whether each is
// whole. Tells what it counts in a row of shared words.

import { workerData } from "node:worker_threads";
import { CacheKey } from "../../src/cache/cache-key.ts";
import { CacheReader } from "../../src/cache/cache-reader.ts";
import { EpochReader } from "../../src/memory/epochs.ts";
import { COUNT, type ReaderData } from "./stress-cache.ts";
import { fillName, isWhole, newName, SECRET, setKey } from "./stress-responses.ts";

const BATCH = 32;
/** Of so many batches one is followed by a pause, in which no block is held. */
const LEAVE_EVERY = 4;

const { counts, memory, nameCount, reader, stopFlag, usesEpochs } = workerData as ReaderData;
const cache = new CacheReader(memory);
const epochs = new EpochReader(memory.epochs, reader);
const key = new CacheKey(SECRET);
const name = newName();
const ids = new Int32Array(BATCH);
const blocks = new Int32Array(BATCH);
let state = 0x12345678 + reader;

function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

function find(i: number): void {
  ids[i] = random() % nameCount;
  fillName(name, ids[i]!);
  setKey(key, name);
  blocks[i] = cache.find(key);
}

function verify(i: number): void {
  if (blocks[i]! < 0) return;
  fillName(name, ids[i]!);
  counts[COUNT.reads]!++;
  if (!isWhole(cache.words, cache.bytes, blocks[i]!, name, ids[i]!)) counts[COUNT.broken]!++;
}

Atomics.add(counts, COUNT.started, 1);
for (let batch = 1; Atomics.load(stopFlag, 0) === 0; batch++) {
  if (usesEpochs) epochs.enter();
  for (let i = 0; i < BATCH; i++) find(i);
  for (let i = 0; i < BATCH; i++) verify(i);
  if (usesEpochs && batch % LEAVE_EVERY === 0) epochs.leave();
}
epochs.leave();
