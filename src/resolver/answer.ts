// Data plane: no allocation after start.
// The fast path: everything that is already known, in the order that answer() shows. Runs on any
// thread; touches typed arrays only; each thread has an Answerer of its own.

import type { CacheKey } from "../cache/cache-key.ts";
import type { CacheReader } from "../cache/cache-reader.ts";
import { flags as storedFlags, lifetime, STORED_FLAG, storedAt } from "../cache/stored-response.ts";
import { PATH } from "../memory/counters.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import { CLASS, EDE, RCODE, TYPE } from "../wire/constants.ts";
import { READ, readQuery } from "../wire/query-view.ts";
import type { AccessList } from "./access-list.ts";
import { AnswerContext } from "./answer-context.ts";
import type { ClientRow } from "./client-row.ts";
import { copyQuestion, finishResponse, type ResponseOptions } from "./finish-response.ts";
import { fitResponse, STALE_TTL_SECONDS } from "./fit-response.ts";
import { findSpecialZone, local, LOCAL_TTL_SECONDS, writeAny, writeLocal } from "./local-names.ts";
import { FAILURE_FLAG, keyFlags } from "./question-key.ts";

/** No response here: hand the query to resolve(). */
export const MISS = -1;
/** No response at all: shorter than a header, or QR=1 (a response to nobody; CVE-2024-2169). */
export const DROP = -2;

/** How long past its lifetime a response may stand in for a failing upstream (RFC 8767 §5). */
export const STALE_LIMIT_SECONDS = 86_400;

/** Types from here to ANY (255) ask for an action, not for data (RFC 6895 §3.1). */
const FIRST_META_TYPE = 128;

export interface AnswerTables {
  readonly access: AccessList;
  readonly cache: CacheReader;
  readonly key: CacheKey;
  readonly options: ResponseOptions;
}

export class Answerer {
  /** Query, key and result of the last call. */
  readonly context: AnswerContext;
  private readonly access: AccessList;
  private readonly cache: CacheReader;
  private readonly options: ResponseOptions;

  constructor(tables: AnswerTables) {
    this.context = new AnswerContext(tables.key);
    this.access = tables.access;
    this.cache = tables.cache;
    this.options = tables.options;
  }

  /**
   * Answers the query in `input`, or says MISS or DROP. `out` from `outOffset` takes the response:
   * at least 512 bytes; at a multiple of 4 it is copied fastest. Returns the response's length in
   * bytes; what else a caller may need is in `context.result`.
   */
  answer(
    input: Uint8Array,
    inOffset: number,
    inLength: number,
    out: WordBuffer,
    outOffset: number,
    outCapacity: number,
    client: ClientRow,
  ): number {
    const context = this.context;
    context.begin(input, inOffset, inLength, out, outOffset, outCapacity, client);

    const read = readQuery(input, inOffset, inLength, context.query);
    if (read === READ.DROP) return DROP;
    if (!this.access.allows(client.address)) return this.refuse(EDE.PROHIBITED);
    if (read !== READ.OK) return this.rejectUnread(read);
    if (context.query.qclass !== CLASS.IN) return this.refuse(EDE.NOT_SUPPORTED);
    if (asksForAction(context.query.qtype)) return this.refuse(EDE.NOT_SUPPORTED);

    this.setKey(0);
    const zone = findSpecialZone(context);
    if (zone >= 0) return this.local(writeLocal(context, zone, this.question()));
    if (context.query.qtype === TYPE.ANY) return this.local(writeAny(context, this.question()));

    const length = this.fromCache();
    if (length !== MISS) return length;
    // Nothing is asked for a client that does not want recursion (RFC 1034 §4.3.1).
    return context.query.rd === 1 ? MISS : this.refuse(EDE.NOT_AUTHORITATIVE);
  }

  /** Makes the key of the last query, with `extraFlags` beside those that its header gives. */
  setKey(extraFlags: number): void {
    const { input, key, query, client } = this.context;
    const flags = keyFlags(query, client.answerSet) | extraFlags;
    key.set(input, query.qnameOffset, query.qnameLength, query.qtype, query.qclass, flags);
  }

  /** Responds to the last query with rcode and extended error alone. */
  respondWith(rcode: number, path: number, edeCode: number): number {
    const context = this.context;
    context.edeCode = edeCode;
    context.report(rcode, path, 0);
    return finishResponse(context, this.options, copyQuestion(context), 0, 0, 0);
  }

  /** Responds to the last query from a stored response, which is `ageSeconds` old. */
  respondFrom(
    words: Uint32Array,
    bytes: Uint8Array,
    block: number,
    ageSeconds: number,
    path: number,
  ): number {
    const context = this.context;
    const rcode = storedFlags(words, block) & STORED_FLAG.RCODE_MASK;
    context.report(rcode, path, Math.max(0, lifetime(words, block) - ageSeconds));
    return fitResponse(context, this.options, words, bytes, block, ageSeconds);
  }

  /** A stale response to the last query (RFC 8767), or MISS when there is none. */
  respondStale(): number {
    this.setKey(0);
    const { words, bytes } = this.cache;
    const block = this.cache.find(this.context.key);
    if (block < 0) return MISS;
    const age = this.context.client.nowSeconds - storedAt(words, block);
    if (age > lifetime(words, block) + STALE_LIMIT_SECONDS) return MISS;
    const rcode = storedFlags(words, block) & STORED_FLAG.RCODE_MASK;
    this.context.report(rcode, PATH.stale, STALE_TTL_SECONDS);
    this.context.edeCode = rcode === RCODE.NXDOMAIN ? EDE.STALE_NXDOMAIN_ANSWER : EDE.STALE_ANSWER;
    return fitResponse(this.context, this.options, words, bytes, block, -1);
  }

  private fromCache(): number {
    const { words, bytes } = this.cache;
    const nowSeconds = this.context.client.nowSeconds;
    const block = this.cache.find(this.context.key);
    if (block >= 0) {
      const age = nowSeconds - storedAt(words, block);
      if (age < lifetime(words, block)) return this.respondFrom(words, bytes, block, age, PATH.hit);
    }
    return this.fromFailure(nowSeconds, block >= 0);
  }

  /** RFC 9520 §3.2: a failure is not asked again while it is remembered; better a stale answer. */
  private fromFailure(nowSeconds: number, mayBeStale: boolean): number {
    const { words, bytes } = this.cache;
    this.setKey(FAILURE_FLAG);
    const block = this.cache.find(this.context.key);
    if (block < 0) return MISS;
    const age = nowSeconds - storedAt(words, block);
    if (age >= lifetime(words, block)) return MISS;
    const stale = mayBeStale ? this.respondStale() : MISS;
    return stale === MISS ? this.respondFrom(words, bytes, block, 0, PATH.hit) : stale;
  }

  private question(): number {
    return this.context.outOffset + copyQuestion(this.context);
  }

  private local(bodyLength: number): number {
    this.context.report(local.rcode, PATH.local, LOCAL_TTL_SECONDS);
    return finishResponse(this.context, this.options, bodyLength, 0, local.anCount, local.nsCount);
  }

  private refuse(edeCode: number): number {
    return this.respondWith(RCODE.REFUSED, PATH.refused, edeCode);
  }

  /** What could not be read as one question: a fresh header, and the question if that was whole. */
  private rejectUnread(read: number): number {
    if (read === READ.NOTIMP) return this.respondWith(RCODE.NOTIMP, PATH.refused, -1);
    if (read === READ.BADVERS) return this.respondWith(RCODE.BADVERS, PATH.malformed, -1);
    if (read === READ.COOKIE_ONLY) return this.respondWith(RCODE.NOERROR, PATH.local, -1);
    return this.respondWith(RCODE.FORMERR, PATH.malformed, -1);
  }
}

/** Zone transfers and other meta-types are refused on every transport; 0 and OPT are no qtypes. */
function asksForAction(qtype: number): boolean {
  const isMeta = qtype >= FIRST_META_TYPE && qtype < TYPE.ANY;
  return isMeta || qtype === 0 || qtype === TYPE.OPT;
}
