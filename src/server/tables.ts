// What the fast path reads, and the store that fills it, made of the settings. Other threads read the
// same tables, so that they lie in shared memory when there may be some.

import { availableParallelism } from "node:os";
import { CacheKey } from "../cache/cache-key.ts";
import { createCacheMemory } from "../cache/cache-memory.ts";
import { CacheReader } from "../cache/cache-reader.ts";
import { CacheWriter } from "../cache/cache-writer.ts";
import type { Settings } from "../config/settings.ts";
import type { Answerer } from "../resolver/answer.ts";
import { LINE_WORDS } from "../memory/line-words.ts";
import { type AnswererSettings, createAnswerer } from "../resolver/create-answerer.ts";
import { keepaliveValue } from "../resolver/finish-response.ts";
import { ResponseStore } from "../resolver/response-store.ts";

export interface Tables {
  readonly writer: CacheWriter;
  /** The main thread's. */
  readonly answerer: Answerer;
  /** What other threads make theirs of. */
  readonly answererSettings: AnswererSettings;
  readonly store: ResponseStore;
}

export function createTables(settings: Settings): Tables {
  const { access, cache, experimental, limits, streamThreadCount, udp } = settings;
  const { capacityBytes, ...rules } = cache;
  const ttlRules = experimental.negativeCaching ? rules : { ...rules, maxNegativeTtlSeconds: 0 };
  const shared = udp.engine !== "portable" || streamThreadCount > 0;
  const maxReaders = udpThreadCount(settings) + streamThreadCount;
  const lineWords = experimental.paddedRows ? LINE_WORDS : 1;
  const memory = createCacheMemory({ capacityBytes, shared, maxReaders, lineWords });
  const reader = new CacheReader(memory);
  const writer = new CacheWriter(memory, experimental.cacheSegments);
  const answererSettings = {
    cache: memory,
    keySecret: crypto.getRandomValues(new Uint32Array(2)),
    cookieSecret: crypto.getRandomValues(new Uint8Array(16)),
    networks: access.allow,
    keepalive: keepaliveValue(limits.idleTimeoutMs),
    finished: experimental.finishedResponses,
    copiesWords: experimental.wordCopies,
  };
  const key = new CacheKey(answererSettings.keySecret);
  const store = new ResponseStore({ key, reader, writer, ttlRules });
  return { writer, answerer: createAnswerer(answererSettings), answererSettings, store };
}

/** One core is left to the main thread, where there is more than one. */
export function udpThreadCount({ udp }: Settings): number {
  return udp.threadCount > 0 ? udp.threadCount : Math.max(1, availableParallelism() - 1);
}
