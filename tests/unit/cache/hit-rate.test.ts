// The lazy SLRU, whose readers only set marks, against the textbook's, which moves an entry with every
// hit: over the same requests and as many entries its hit rate is within half a point.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import type { StoredFields } from "../../../src/cache/stored-response.ts";
import { Random } from "../wire/random.ts";
import { fieldsOf, SECRET } from "./responses.ts";
import { TextbookSlru } from "./textbook-slru.ts";

const SEED = 20_260_101;
const REQUESTS = 400_000;
/** Counted from here on, when the caches are full. */
const WARM = 100_000;
const NAMES = 40_000;
const MAX_POINTS = 0.5;

/** Ranks 0 to NAMES − 1, rank r with a frequency of 1 / (r + 1)^0.9. */
function zipf(random: Random): () => number {
  const sums = new Float64Array(NAMES);
  let sum = 0;
  for (let rank = 0; rank < NAMES; rank++) sums[rank] = sum += (rank + 1) ** -0.9;
  return () => {
    const wanted = (random.below(0x7fffffff) / 0x7fffffff) * sum;
    let low = 0;
    for (let high = NAMES - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const TRACES: Readonly<Record<string, (rank: number, i: number) => number>> = {
  zipf: (rank) => rank,
  // Every fifth stretch of 10,000 requests asks for names that never come again.
  "zipf with scans": (rank, i) => (Math.floor(i / 10_000) % 5 === 4 ? NAMES + i : rank),
  // What is popular moves on by one name every 40 requests.
  "shifting zipf": (rank, i) => (rank + Math.floor(i / 40)) % NAMES,
};

/** The cache with responses of one size, as many as it has rows for. */
class LazySlru {
  readonly writer: CacheWriter;
  readonly entryCount: number;
  private readonly reader: CacheReader;
  private readonly key: CacheKey = new CacheKey(SECRET);
  private readonly qname: Uint8Array = Uint8Array.of(4, 0, 0, 0, 0, 0);
  private readonly fields: StoredFields;

  constructor() {
    const memory = createCacheMemory({ capacityBytes: 1 << 20, shared: true, maxReaders: 1 });
    this.writer = new CacheWriter(memory);
    this.reader = new CacheReader(memory);
    this.entryCount = memory.entryCount;
    this.setKey(0);
    this.fields = { ...fieldsOf(this.key), keyWords: this.key.words };
  }

  request(id: number): boolean {
    this.setKey(id);
    if (this.reader.find(this.key) >= 0) return true;
    this.fields.response.set(this.qname, 12);
    assert.ok(this.writer.insert(this.key, this.fields));
    return false;
  }

  /** The name is one label of four bytes, out of 32 of which none is a capital letter. */
  private setKey(id: number): void {
    for (let i = 0; i < 4; i++) this.qname[1 + i] = (id >>> (5 * i)) & 31;
    this.key.set(this.qname, 0, 6, 1, 1, 0);
  }
}

describe("hit rate", () => {
  for (const [name, idOf] of Object.entries(TRACES)) {
    test(`${name}: within ${MAX_POINTS} points of textbook SLRU`, () => {
      const rank = zipf(new Random(SEED));
      const lazy = new LazySlru();
      const textbook = new TextbookSlru(lazy.entryCount);
      let lazyHits = 0;
      let textbookHits = 0;
      for (let i = 0; i < REQUESTS; i++) {
        const id = idOf(rank(), i);
        const counts = i >= WARM ? 1 : 0;
        if (lazy.request(id)) lazyHits += counts;
        if (textbook.request(id)) textbookHits += counts;
      }
      const points = (hits: number): number => (100 * hits) / (REQUESTS - WARM);
      const message = `${points(lazyHits)} against ${points(textbookHits)}, seed ${SEED}`;
      assert.ok(points(lazyHits) > points(textbookHits) - MAX_POINTS, message);
      assert.ok(lazy.writer.stats.evictions > REQUESTS / 10, "nothing had to be evicted");
    });
  }
});
