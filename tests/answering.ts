// Sets up the fast path in-process: an Answerer over a real cache, and the store that fills it.

import { CacheKey } from "../src/cache/cache-key.ts";
import { type CacheMemory, createCacheMemory } from "../src/cache/cache-memory.ts";
import { CacheReader } from "../src/cache/cache-reader.ts";
import { CacheWriter } from "../src/cache/cache-writer.ts";
import { storedAt } from "../src/cache/stored-response.ts";
import { monotonicSeconds } from "../src/clock/monotonic.ts";
import { addressToWords } from "../src/listener/address-words.ts";
import { TRANSPORT } from "../src/memory/counters.ts";
import { WordBuffer } from "../src/memory/word-buffer.ts";
import { AccessList } from "../src/resolver/access-list.ts";
import { Answerer } from "../src/resolver/answer.ts";
import { ClientRow } from "../src/resolver/client-row.ts";
import { keepaliveValue } from "../src/resolver/finish-response.ts";
import { InFlight } from "../src/resolver/in-flight.ts";
import type { Failure } from "../src/resolver/response-judge.ts";
import { ResponseStore } from "../src/resolver/response-store.ts";
import { ServerCookies } from "../src/resolver/server-cookies.ts";
import { normalizeResponse } from "../src/wire/normalize-response.ts";

const LOOPBACK = {
  bytes: new Uint8Array([...Array(10).fill(0), 255, 255, 127, 0, 0, 0]),
  prefixLength: 104,
};
export const OUT_OFFSET = 4;
export const OUT_CAPACITY = 65_535;

/** Everything that answer() needs, with a cache of its own. */
export class Answering {
  readonly secret: Uint32Array = Uint32Array.of(0x01234567, 0x89abcdef);
  readonly memory: CacheMemory = createCacheMemory({
    capacityBytes: 4 << 20,
    shared: false,
    maxReaders: 1,
  });
  readonly reader: CacheReader = new CacheReader(this.memory);
  readonly writer: CacheWriter = new CacheWriter(this.memory);
  readonly out: WordBuffer = new WordBuffer(OUT_OFFSET + OUT_CAPACITY);
  readonly client: ClientRow = new ClientRow();
  readonly answerer: Answerer = new Answerer({
    access: new AccessList([LOOPBACK]),
    cache: this.reader,
    key: new CacheKey(this.secret),
    options: {
      cookies: new ServerCookies(new Uint8Array(16)),
      keepalive: keepaliveValue(30_000),
      wordPhase: 0,
    },
  });
  readonly store: ResponseStore = new ResponseStore({
    key: new CacheKey(this.secret),
    reader: this.reader,
    writer: this.writer,
    ttlRules: { minTtlSeconds: 0, maxTtlSeconds: 86_400, maxNegativeTtlSeconds: 10_800 },
  });

  constructor() {
    this.client.address.set(addressToWords("127.0.0.1"));
    this.client.transport = TRANSPORT.udp;
    this.now = monotonicSeconds();
  }

  /** A copy of the response, or the negative code. */
  answer(query: Uint8Array, capacity: number = OUT_CAPACITY): Uint8Array | number {
    const { answerer, client, out } = this;
    const length = answerer.answer(query, 0, query.length, out, OUT_OFFSET, capacity, client);
    return length < 0 ? length : out.bytes.slice(OUT_OFFSET, OUT_OFFSET + length);
  }

  /** When the last response was stored, in seconds of the monotonic clock. */
  get storedAtSeconds(): number {
    return storedAt(this.store.buffer.words, 0);
  }

  /** The client's clock. */
  set now(seconds: number) {
    this.client.nowSeconds = seconds;
  }

  get now(): number {
    return this.client.nowSeconds;
  }

  /** Stores what an upstream answered to `query`; the client's clock is then that moment. */
  keep(query: Uint8Array, response: Uint8Array, authenticated = true): void {
    const question = this.questionOf(query);
    const normalized = normalizeResponse(response, question, { authenticated });
    if (typeof normalized === "string") throw new Error(`not a usable response: ${normalized}`);
    this.store.keep(question, normalized);
    this.now = this.storedAtSeconds;
  }

  /** Stores that every upstream failed for `query`. */
  keepFailure(query: Uint8Array, reason: Failure): void {
    this.store.keepFailure(this.questionOf(query), reason);
    this.now = this.storedAtSeconds;
  }

  questionOf(query: Uint8Array): InFlight {
    this.answer(query);
    this.answerer.setKey(0);
    return new InFlight(this.answerer.context.key);
  }
}
