// Writes what upstreams answered: into a buffer, from which those who wait are answered at once, and
// into the cache, if it may be kept. Failures are kept under a key of their own (RFC 9520), so that
// they never replace the data that could be served stale.

import type { CacheKey } from "../cache/cache-key.ts";
import type { CacheReader } from "../cache/cache-reader.ts";
import type { CacheWriter } from "../cache/cache-writer.ts";
import {
  lifetime,
  STORED_FLAG,
  StoredBuffer,
  type StoredFields,
  storedAt,
} from "../cache/stored-response.ts";
import { applyTtlRules, failureLifetimeSeconds, type TtlRules } from "../cache/ttl-rules.ts";
import { monotonicSeconds } from "../clock/monotonic.ts";
import { FLAG, HEADER_LENGTH, RCODE } from "../wire/constants.ts";
import type { NormalizedResponse } from "../wire/normalize-response.ts";
import { write16 } from "../wire/numbers.ts";
import { writeHeader } from "../wire/write.ts";
import type { InFlight } from "./in-flight.ts";
import { FAILURE_FLAG } from "./question-key.ts";
import type { Failure } from "./response-judge.ts";

/** A failure is one of a row when its question was asked within this many lifetimes of the last. */
const FAILURE_MEMORY = 2;
/** More than a search for an answer takes. */
const LONGEST_SEARCH_SECONDS = 6;
const NO_TTLS = new Uint16Array(0);
const NO_TEXT = new Uint8Array(0);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface ResponseStoreParts {
  /** The store's own key, with the cache's secret. */
  readonly key: CacheKey;
  readonly reader: CacheReader;
  readonly writer: CacheWriter;
  readonly ttlRules: TtlRules;
}

export class ResponseStore {
  /** The response that was kept last, at block 0. */
  readonly buffer: StoredBuffer = new StoredBuffer();
  private readonly parts: ResponseStoreParts;
  /** What is written; filled in again each time. */
  private readonly fields: Mutable<StoredFields>;
  /** From then on no failure that was kept means anything: there is none to be taken out. */
  private failuresEndSeconds = 0;

  constructor(parts: ResponseStoreParts) {
    this.parts = parts;
    this.fields = emptyFields(parts.key);
  }

  /** Puts `response` into `buffer`, and into the cache if it may be used again. */
  keep(
    question: InFlight,
    response: NormalizedResponse,
    nowSeconds: number = monotonicSeconds(),
  ): void {
    const { fields } = this;
    const { ttlRules, writer } = this.parts;
    const lifetimeSeconds = applyTtlRules(response, ttlRules);
    if (nowSeconds < this.failuresEndSeconds) writer.remove(this.keyOf(question, FAILURE_FLAG));
    // What may not be kept still shows that what was kept is no longer true.
    if (lifetimeSeconds === 0) writer.remove(this.keyOf(question, 0));
    const negative = response.kind === "positive" ? 0 : STORED_FLAG.NEGATIVE;
    const authentic = response.authenticData ? STORED_FLAG.AUTHENTIC : 0;
    this.putResponse(response.bytes, response.ttlOffsets);
    this.putExtendedError(response.ede?.code ?? -1, response.ede?.text ?? NO_TEXT);
    fields.flags = response.rcode | negative | authentic;
    this.write(this.keyOf(question, 0), lifetimeSeconds, nowSeconds);
  }

  /**
   * Puts SERVFAIL into `buffer` and remembers it for 1 s, twice as long after each failure in a row;
   * not at all when the failure was our own shortage, which says nothing of the name.
   */
  keepFailure(question: InFlight, failure: Failure, nowSeconds: number = monotonicSeconds()): void {
    const lifetimeSeconds = failure.isOurs ? 0 : this.nextFailureLifetime(question);
    this.putResponse(servfail(question), NO_TTLS);
    this.putExtendedError(failure.edeCode, failure.edeText);
    this.fields.flags = RCODE.SERVFAIL | STORED_FLAG.FAILURE;
    const endSeconds = nowSeconds + FAILURE_MEMORY * lifetimeSeconds + LONGEST_SEARCH_SECONDS;
    this.failuresEndSeconds = Math.max(this.failuresEndSeconds, endSeconds);
    this.write(this.keyOf(question, FAILURE_FLAG), lifetimeSeconds, nowSeconds);
  }

  private putResponse(bytes: Uint8Array, ttlOffsets: Uint16Array): void {
    const { fields } = this;
    fields.response = bytes;
    fields.responseLength = bytes.length;
    fields.ttlOffsets = ttlOffsets;
    fields.ttlCount = ttlOffsets.length;
  }

  private putExtendedError(code: number, text: Uint8Array): void {
    const { fields } = this;
    fields.edeCode = code;
    fields.edeText = text;
    fields.edeTextLength = text.length;
  }

  private write(key: CacheKey, lifetimeSeconds: number, nowSeconds: number): void {
    const { fields } = this;
    fields.storedAtSeconds = nowSeconds;
    fields.lifetimeSeconds = lifetimeSeconds;
    this.buffer.write(fields);
    if (lifetimeSeconds > 0) this.parts.writer.insert(key, fields);
  }

  private keyOf({ qname, qtype, qclass, flags }: InFlight, extraFlags: number): CacheKey {
    const { key } = this.parts;
    key.set(qname, 0, qname.length, qtype, qclass, flags | extraFlags);
    return key;
  }

  private nextFailureLifetime(question: InFlight): number {
    const { reader } = this.parts;
    const block = reader.find(this.keyOf(question, FAILURE_FLAG));
    if (block < 0) return failureLifetimeSeconds(0);
    const previous = lifetime(reader.words, block);
    const age = question.askedSeconds - storedAt(reader.words, block);
    const inARow = age <= FAILURE_MEMORY * previous;
    return failureLifetimeSeconds(inARow ? Math.floor(Math.log2(previous)) + 1 : 0);
  }
}

/** `key` is the store's own: its words are those of the key that was set last. */
function emptyFields(key: CacheKey): Mutable<StoredFields> {
  return {
    keyWords: key.words,
    storedAtSeconds: 0,
    lifetimeSeconds: 0,
    response: NO_TEXT,
    responseLength: 0,
    ttlOffsets: NO_TTLS,
    ttlCount: 0,
    flags: 0,
    edeCode: -1,
    edeText: NO_TEXT,
    edeTextLength: 0,
  };
}

function servfail({ qname, qtype, qclass }: InFlight): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + qname.length + 4);
  writeHeader(bytes, 0, 0, FLAG.QR | FLAG.RD | FLAG.RA | RCODE.SERVFAIL, 1, 0, 0, 0);
  bytes.set(qname, HEADER_LENGTH);
  write16(bytes, bytes.length - 4, qtype);
  write16(bytes, bytes.length - 2, qclass);
  return bytes;
}
