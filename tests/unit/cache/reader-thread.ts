// A thread that reads the cache while another writes: looks up names at random and checks each
// response against its name and version. Counts what is foreign or torn.

import { parentPort } from "node:worker_threads";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import type { CacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import {
  lifetime,
  responseByteOffset,
  responseLength,
  storedAt,
} from "../../../src/cache/stored-response.ts";
import { EpochReader } from "../../../src/memory/epochs.ts";
import { Random } from "../wire/random.ts";
import { qnameOf, SECRET, setKey } from "./responses.ts";

export interface ReaderTask {
  readonly memory: CacheMemory;
  readonly reader: number;
  readonly seed: number;
  readonly nameCount: number;
  /** Word 0 becomes 1 more when the thread runs; it ends when word 1 is not 0. */
  readonly progress: SharedArrayBuffer;
}

export interface ReaderReport {
  readonly reads: number;
  readonly found: number;
  /** What was wrong, a line each; the first few. */
  readonly wrong: readonly string[];
}

const BATCH = 16;

/** Length and content of the response for a name are made of its version. */
export function lengthOf(version: number): number {
  return 60 + ((Math.imul(version, 2_654_435_761) >>> 0) % 600);
}

export function fillOf(id: number, version: number): number {
  return (Math.imul(id + 1, 40_503) ^ Math.imul(version, 2_246_822_519)) >>> 24;
}

function faultOf(reader: CacheReader, block: number, id: number, key: CacheKey): string {
  const { words, bytes } = reader;
  const version = storedAt(words, block);
  if (lifetime(words, block) !== id) return `${id}: of ${lifetime(words, block)}`;
  if (responseLength(words, block) !== lengthOf(version)) return `${id}: length, ${version}`;
  const start = responseByteOffset(words, block);
  const questionEnd = 12 + (key.words[1]! >>> 24);
  for (let i = 12; i < questionEnd; i++) {
    if (bytes[start + i] !== key.bytes[i - 4]) return `${id}: name at ${i}`;
  }
  const fill = fillOf(id, version);
  for (let i = questionEnd; i < lengthOf(version); i++) {
    if (bytes[start + i] !== fill) return `${id}: byte ${i}, ${version}`;
  }
  return "";
}

function read(task: ReaderTask): ReaderReport {
  const epoch = new EpochReader(task.memory.epochs, task.reader);
  const reader = new CacheReader(task.memory);
  const key = new CacheKey(SECRET);
  const random = new Random(task.seed);
  const qnames = Array.from({ length: task.nameCount }, (_, id) => qnameOf(id));
  const progress = new Int32Array(task.progress);
  const wrong: string[] = [];
  let reads = 0;
  let found = 0;
  Atomics.add(progress, 0, 1);
  while (Atomics.load(progress, 1) === 0 && wrong.length < 5) {
    epoch.enter();
    for (let i = 0; i < BATCH; i++, reads++) {
      const id = random.below(task.nameCount);
      const block = reader.find(setKey(key, qnames[id]!));
      if (block < 0) continue;
      found++;
      const fault = faultOf(reader, block, id, key);
      if (fault !== "") wrong.push(fault);
    }
  }
  epoch.leave();
  return { reads, found, wrong };
}

parentPort?.once("message", (task: ReaderTask) => parentPort!.postMessage(read(task)));
