// Inserting small responses: updates of 1,024 names, and new names into a full cache, each of which
// evicts another. Making key and response is part of each figure.

import assert from "node:assert/strict";
import { bench, group } from "mitata";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import { SmallResponses } from "./small-responses.ts";

const NAMES = 1024;
const MAX_ID = 9_999_999;

function makeWriter(capacityBytes: number): CacheWriter {
  return new CacheWriter(createCacheMemory({ capacityBytes, shared: true, maxReaders: 1 }));
}

export function register(): void {
  const responses = new SmallResponses();
  const roomy = makeWriter(64 << 20);
  const full = makeWriter(16 << 20);
  let id = 0;
  const insert = (writer: CacheWriter): boolean => {
    responses.set(id);
    return writer.insert(responses.key, responses.fields);
  };
  for (; full.stats.evictions < 10_000; id++) assert.ok(insert(full));
  const { entries } = full.stats;
  for (let more = 0; more < 1000; more++, id++) assert.ok(insert(full));
  assert.equal(full.stats.entries, entries, "each new one has to evict another");
  group("cache: insert", () => {
    bench(`update, ${NAMES} names`, () => {
      id = (id + 1) & (NAMES - 1);
      insert(roomy);
    });
    bench("a new name, with eviction", () => {
      id = id < MAX_ID ? id + 1 : 0;
      insert(full);
    });
  });
}
