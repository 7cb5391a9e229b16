// Makes an Answerer on any thread, of what can be sent to it: shared memory and plain values.

import { CacheKey } from "../cache/cache-key.ts";
import type { CacheMemory } from "../cache/cache-memory.ts";
import { CacheReader } from "../cache/cache-reader.ts";
import { AccessList, type Network } from "./access-list.ts";
import { Answerer } from "./answer.ts";
import { AssemblingAnswerer } from "./assembling-answerer.ts";
import { ServerCookies } from "./server-cookies.ts";

/** The same on every thread. */
export interface AnswererSettings {
  /** Shared; its epochs have a row for each thread. */
  readonly cache: CacheMemory;
  /** Of the cache's keys. */
  readonly keySecret: Uint32Array;
  readonly cookieSecret: Uint8Array;
  /** Who may ask. */
  readonly networks: readonly Network[];
  /** resolver/finish-response keepaliveValue. */
  readonly keepalive: Uint8Array;
  /** False: each hit is assembled of its records (assembling-answerer), to measure what that costs. */
  readonly finished?: boolean;
  /** False: hits are copied by bytes, for the same purpose. */
  readonly copiesWords?: boolean;
}

export function createAnswerer(settings: AnswererSettings): Answerer {
  const { cache, cookieSecret, keepalive, keySecret, networks } = settings;
  const { copiesWords = true, finished = true } = settings;
  const wordPhase = copiesWords ? 0 : -1;
  const AnswererClass = finished ? Answerer : AssemblingAnswerer;
  return new AnswererClass({
    access: new AccessList(networks),
    cache: new CacheReader(cache),
    key: new CacheKey(keySecret),
    options: { cookies: new ServerCookies(cookieSecret), keepalive, wordPhase },
  });
}
