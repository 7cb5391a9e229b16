// What the fast path reads, and the store that fills it, made of the settings.

import { CacheKey } from "../cache/cache-key.ts";
import { createCacheMemory } from "../cache/cache-memory.ts";
import { CacheReader } from "../cache/cache-reader.ts";
import { CacheWriter } from "../cache/cache-writer.ts";
import type { Settings } from "../config/settings.ts";
import { AccessList } from "../resolver/access-list.ts";
import { Answerer } from "../resolver/answer.ts";
import { keepaliveValue } from "../resolver/finish-response.ts";
import { ResponseStore } from "../resolver/response-store.ts";
import { ServerCookies } from "../resolver/server-cookies.ts";

export interface Tables {
  readonly writer: CacheWriter;
  readonly answerer: Answerer;
  readonly store: ResponseStore;
}

export function createTables({ access, cache, limits }: Settings): Tables {
  const { capacityBytes, ...ttlRules } = cache;
  const memory = createCacheMemory({ capacityBytes, shared: false, maxReaders: 1 });
  const reader = new CacheReader(memory);
  const writer = new CacheWriter(memory);
  const secret = crypto.getRandomValues(new Uint32Array(2));
  const answerer = new Answerer({
    access: new AccessList(access.allow),
    cache: reader,
    key: new CacheKey(secret),
    options: {
      cookies: new ServerCookies(crypto.getRandomValues(new Uint8Array(16))),
      keepalive: keepaliveValue(limits.idleTimeoutMs),
    },
  });
  const store = new ResponseStore({ key: new CacheKey(secret), reader, writer, ttlRules });
  return { writer, answerer, store };
}
