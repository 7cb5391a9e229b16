// Finding in a cache of 100,000 entries: names asked over and over, names all over, names not there.
// Setting the key is part of each figure.

import assert from "node:assert/strict";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheReader } from "../../../src/cache/cache-reader.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import type { HotCase } from "../hot-case.ts";
import { SmallResponses } from "./small-responses.ts";

const ENTRIES = 100_000;
const HOT = 1024;
/** Odd and larger than a cache's reach, so that steps of it go everywhere. */
const STRIDE = 76_543;

export const title: string = `cache: find among ${ENTRIES} entries`;

export function cases(): readonly HotCase[] {
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
  return [
    { name: `hit, ${HOT} names`, run: () => find((id = (id + 1) & (HOT - 1))) },
    { name: "hit, all names", run: () => find((id = (id + STRIDE) % ENTRIES)) },
    { name: "miss", run: () => find(ENTRIES + (id = (id + STRIDE) % ENTRIES)) },
  ];
}
