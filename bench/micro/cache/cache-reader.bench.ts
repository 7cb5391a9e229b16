// Finding in a cache of 100,000 entries: names asked over and over, names all over, names not there.
// Setting the key is part of each figure.

import assert from "node:assert/strict";
import { bench, do_not_optimize, group } from "mitata";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import { SmallResponses } from "./small-responses.ts";

const ENTRIES = 100_000;
const HOT = 1024;
/** Odd and larger than a cache's reach, so that steps of it go everywhere. */
const STRIDE = 76_543;

export function register(): void {
  const memory = createCacheMemory({ capacityBytes: 64 << 20, shared: true, maxReaders: 1 });
  const writer = new CacheWriter(memory);
  const reader = new CacheReader(memory);
  const responses = new SmallResponses();
  for (let id = 0; id < ENTRIES; id++) {
    responses.set(id);
    assert.ok(writer.insert(responses.key, responses.fields));
  }
  const find = (id: number): number => {
    responses.set(id);
    return reader.find(responses.key);
  };
  assert.ok(find(0) >= 0 && find(ENTRIES - 1) >= 0);
  assert.equal(find(ENTRIES), -1);
  let id = 0;
  group(`cache: find among ${ENTRIES} entries`, () => {
    bench(`hit, ${HOT} names`, () => {
      id = (id + 1) & (HOT - 1);
      do_not_optimize(find(id));
    });
    bench("hit, all names", () => {
      id = (id + STRIDE) % ENTRIES;
      do_not_optimize(find(id));
    });
    bench("miss", () => {
      id = (id + STRIDE) % ENTRIES;
      do_not_optimize(find(ENTRIES + id));
    });
  });
}
