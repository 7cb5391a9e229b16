// One writer and several reader threads on a shared cache that is far too small for what is put into
// it, so that every block is written again and again while others are read.

import { Worker } from "node:worker_threads";
import { CacheKey } from "../../src/cache/cache-key.ts";
import { type CacheMemory, createCacheMemory } from "../../src/cache/cache-memory.ts";
import type { CacheStats } from "../../src/cache/cache-stats.ts";
import { CacheWriter } from "../../src/cache/cache-writer.ts";
import { fillName, newName, ResponseMaker, SECRET, setKey } from "./stress-responses.ts";

/** A reader's counts, by their place in its row. */
export const COUNT = { started: 0, reads: 1, broken: 2 } as const;
/** Room for about an eighth of the names. */
const CAPACITY_BYTES = 512 << 10;
const NAME_COUNT = 16_000;
/** Inserts between two looks at the readers' counts. */
const INSERTS_AT_ONCE = 2000;

export interface ReaderData {
  readonly memory: CacheMemory;
  readonly reader: number;
  readonly nameCount: number;
  readonly counts: Int32Array;
  readonly stopFlag: Int32Array;
  /** False in the control: the writer then knows nothing of the readers. */
  readonly usesEpochs: boolean;
}

export interface StressOptions {
  readonly readerCount: number;
  readonly usesEpochs: boolean;
  /** When to stop, by what has been counted so far. */
  readonly isEnough: (counts: StressCounts) => boolean;
  readonly timeoutMs: number;
}

export interface StressCounts {
  /** Blocks that were found and looked at. */
  reads: number;
  /** Of those: foreign or torn. */
  broken: number;
  inserts: number;
}

export interface StressOutcome extends StressCounts {
  readonly stats: Readonly<CacheStats>;
}

export async function stressCache(options: StressOptions): Promise<StressOutcome> {
  const { isEnough, readerCount, timeoutMs, usesEpochs } = options;
  const capacityBytes = CAPACITY_BYTES;
  const memory = createCacheMemory({ capacityBytes, shared: true, maxReaders: readerCount });
  const writer = new StressWriter(memory);
  const stopFlag = new Int32Array(new SharedArrayBuffer(4));
  const rows = Array.from({ length: readerCount }, () => new Int32Array(new SharedArrayBuffer(12)));
  const readers = rows.map((counts, reader) =>
    startReader({ memory, reader, nameCount: NAME_COUNT, counts, stopFlag, usesEpochs }),
  );
  const end = performance.now() + timeoutMs;
  const counts = (): StressCounts => {
    const sum = (place: number): number => rows.reduce((all, row) => all + row[place]!, 0);
    return { reads: sum(COUNT.reads), broken: sum(COUNT.broken), inserts: writer.inserts };
  };
  while (!isEnough(counts()) && performance.now() < end) {
    writer.insert(INSERTS_AT_ONCE);
    await new Promise((resolve) => setImmediate(resolve));
  }
  Atomics.store(stopFlag, 0, 1);
  await Promise.all(readers);
  return { ...counts(), stats: writer.stats };
}

class StressWriter {
  inserts = 0;
  readonly stats: Readonly<CacheStats>;
  private readonly writer: CacheWriter;
  private readonly key: CacheKey = new CacheKey(SECRET);
  private readonly name: Uint8Array = newName();
  private readonly maker: ResponseMaker = new ResponseMaker();

  constructor(memory: CacheMemory) {
    this.writer = new CacheWriter(memory);
    this.stats = this.writer.stats;
  }

  /** Fewer when the readers hold too much. */
  insert(count: number): void {
    const { refusedWaiting } = this.stats;
    for (let i = 0; i < count && this.stats.refusedWaiting === refusedWaiting; i++) {
      const version = ++this.inserts;
      const id = (Math.imul(version, 0x9e3779b1) >>> 8) % NAME_COUNT;
      fillName(this.name, id);
      setKey(this.key, this.name);
      this.writer.insert(this.key, this.maker.fields(this.key, this.name, id, version));
    }
  }
}

/** Resolves when the thread is over; rejects when it failed. */
function startReader(data: ReaderData): Promise<void> {
  const worker = new Worker(new URL("./reader-thread.ts", import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
}
