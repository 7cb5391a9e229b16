// Inserting small responses: updates of 1,024 names, and new names into a full cache, each of which
// evicts another. Making key and response is part of each figure.

import assert from "node:assert/strict";
import { createCacheMemory } from "../../../src/cache/cache-memory.ts";
import { CacheWriter } from "../../../src/cache/cache-writer.ts";
import type { HotCase } from "../hot-case.ts";
import { SmallResponses } from "./small-responses.ts";

const NAMES = 1024;
const MAX_ID = 9_999_999;

export const title = "cache: insert";

function makeWriter(capacityBytes: number): CacheWriter {
  return new CacheWriter(createCacheMemory({ capacityBytes, shared: true, maxReaders: 1 }));
}

export function cases(): readonly HotCase[] {
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
  let name = 0;
  return [
    {
      name: `update, ${NAMES} names`,
      run: () => {
        responses.set((name = (name + 1) & (NAMES - 1)));
        return roomy.insert(responses.key, responses.fields);
      },
    },
    {
      name: "a new name, with eviction",
      run: () => {
        id = id < MAX_ID ? id + 1 : 0;
        return insert(full);
      },
    },
  ];
}
