// The slow path: what has to be asked. One upstream query for each question in flight, shared by all
// who wait; each of them is answered in time, with what came, a stale response or SERVFAIL. Main
// thread only; through its store the only caller of the cache's writer.

import { monotonicMs, monotonicSeconds } from "../clock/monotonic.ts";
import type { TimingWheel } from "../clock/timing-wheel.ts";
import { COUNTER, type Counters, PATH } from "../memory/counters.ts";
import { FreeList } from "../memory/free-list.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import type { UpstreamError, UpstreamGroup } from "../upstream/contract.ts";
import { buildQuery } from "../wire/build-query.ts";
import { EDE, RCODE } from "../wire/constants.ts";
import type { NormalizeOptions } from "../wire/normalize-response.ts";
import { readQuery } from "../wire/query-view.ts";
import { type Answerer, MISS } from "./answer.ts";
import { RESULT } from "./answer-context.ts";
import { ClientQuota } from "./client-quota.ts";
import type { ClientRow } from "./client-row.ts";
import { UDP_SIZE } from "./finish-response.ts";
import { type InFlight, InFlightTable } from "./in-flight.ts";
import type { MissTaker } from "./query-service.ts";
import { CD_FLAG, DO_FLAG } from "./question-key.ts";
import { type JudgeOwner, ResponseJudge } from "./response-judge.ts";
import type { ResponseStore } from "./response-store.ts";
import { type Responder, Waiter, type WaiterOwner } from "./waiter.ts";

/** How long the upstream query lives; what arrives after `waitMs` is still cached. */
export const UPSTREAM_TIMEOUT_MS = 5000;
/** The largest message, and a length prefix before it. */
const OUT_OFFSET = 4;
const OUT_CAPACITY = 65_535;

export interface ResolverParts {
  readonly answerer: Answerer;
  readonly store: ResponseStore;
  readonly upstream: UpstreamGroup;
  readonly timers: TimingWheel;
  readonly counters: Counters;
  /** When a client gets a stale response or SERVFAIL instead; RFC 8767 §5 suggests 1800. */
  readonly waitMs: number;
  readonly waitersPerQuestion: number;
  readonly waitersPerClient: number;
  /** False: each query is asked by itself, to measure what sharing is worth. */
  readonly sharesQueries?: boolean;
  /** False: names in responses are written out, for the same purpose. */
  readonly compressesNames?: boolean;
}

export class Resolver implements MissTaker, JudgeOwner, WaiterOwner {
  readonly normalizing: NormalizeOptions;
  private readonly parts: ResolverParts;
  private readonly table: InFlightTable = new InFlightTable();
  private readonly quota: ClientQuota;
  private readonly idle: FreeList<Waiter> = new FreeList(() => new Waiter(this));
  private readonly out: WordBuffer = new WordBuffer(OUT_OFFSET + OUT_CAPACITY);
  /** Clients that wait for a response now. */
  waiting = 0;

  constructor(parts: ResolverParts) {
    const { compressesNames = true, upstream } = parts;
    this.parts = parts;
    this.normalizing = { authenticated: upstream.authenticated, compressesNames };
    this.quota = new ClientQuota(parts.waitersPerClient, Math.random() * 0xffffffff);
  }

  /**
   * Takes over a query for which answer() said MISS. `input` and `client` are copied; `responder` gets exactly one
   * response, at the latest after `waitMs`. `nowMs`: what the monotonic clock says.
   */
  resolve(
    input: Uint8Array,
    offset: number,
    length: number,
    client: ClientRow,
    responder: Responder,
    nowMs: number = monotonicMs(),
  ): void {
    const waiter = this.idle.take();
    const quotaCell = this.quota.take(client.address);
    waiter.begin(input, offset, length, client, responder, quotaCell);
    this.waiting++;
    this.parts.counters.count(COUNTER.cacheMisses);
    this.load(waiter, client.nowSeconds);
    const inFlight = quotaCell < 0 ? undefined : this.find();
    if (inFlight === undefined) return this.turnAway(waiter);
    inFlight.waiters.add(waiter);
    this.parts.timers.start(waiter.timer, this.parts.waitMs, nowMs);
    if (!inFlight.isAsked) this.ask(inFlight, nowMs);
  }

  waiterExpired(waiter: Waiter): void {
    waiter.queue?.remove(waiter);
    this.load(waiter, monotonicSeconds());
    this.send(waiter, this.staleOrFailure(EDE.NO_REACHABLE_AUTHORITY));
  }

  /** The search for a question's answer is over: all who wait for it get what came of it. */
  judged(judge: ResponseJudge, error: UpstreamError | undefined): void {
    const { good, question } = judge;
    const { store } = this.parts;
    const nowSeconds = monotonicSeconds();
    if (good !== undefined) store.keep(question, good, nowSeconds);
    else store.keepFailure(question, judge.whyNot(error), nowSeconds);
    this.table.remove(question);
    const { waiters } = question;
    for (let waiter = waiters.take(); waiter !== undefined; waiter = waiters.take()) {
      this.load(waiter, nowSeconds);
      this.settle(waiter, good === undefined);
    }
  }

  /** Puts the waiter's query into the answerer's context, as if it had just come. */
  private load({ client, length, query }: Waiter, nowSeconds: number): void {
    const { context } = this.parts.answerer;
    client.nowSeconds = nowSeconds;
    context.begin(query, 0, length, this.out, OUT_OFFSET, OUT_CAPACITY, client);
    readQuery(query, 0, length, context.query);
  }

  /** The loaded question's entry, a new one if it must be asked; none if too many wait for it. */
  private find(): InFlight | undefined {
    const { answerer, sharesQueries = true, waitersPerQuestion } = this.parts;
    answerer.setKey(0);
    const { key } = answerer.context;
    const found = sharesQueries ? this.table.find(key) : undefined;
    if (found === undefined) return this.table.add(key, answerer.context.client.nowSeconds);
    return found.waiters.count < waitersPerQuestion ? found : undefined;
  }

  private ask(inFlight: InFlight, nowMs: number): void {
    inFlight.isAsked = true;
    const judge = new ResponseJudge(inFlight, this);
    this.parts.upstream.ask(upstreamQuery(inFlight), UPSTREAM_TIMEOUT_MS, judge, nowMs);
  }

  private turnAway(waiter: Waiter): void {
    this.parts.counters.count(COUNTER.waitersRefused);
    this.send(waiter, this.staleOrFailure(EDE.OTHER));
  }

  private settle(waiter: Waiter, failed: boolean): void {
    const { answerer, store, timers } = this.parts;
    timers.cancel(waiter.timer);
    const stale = failed ? answerer.respondStale() : MISS;
    if (stale !== MISS) return this.send(waiter, stale);
    const path = failed ? PATH.failed : PATH.resolved;
    const { words, bytes } = store.buffer;
    this.send(waiter, answerer.respondFrom(words, bytes, 0, 0, path));
  }

  private staleOrFailure(edeCode: number): number {
    const { answerer } = this.parts;
    const stale = answerer.respondStale();
    if (stale !== MISS) return stale;
    return answerer.respondWith(RCODE.SERVFAIL, PATH.failed, edeCode);
  }

  private send(waiter: Waiter, length: number): void {
    const { answerer, counters } = this.parts;
    const { result } = answerer.context;
    this.waiting--;
    if (waiter.quotaCell >= 0) this.quota.give(waiter.quotaCell);
    counters.countQuery(waiter.client.transport, result[RESULT.path]!, result[RESULT.rcode]!);
    waiter.responder!.respond(this.out, OUT_OFFSET, length, result);
    waiter.end();
    this.idle.give(waiter);
  }
}

function upstreamQuery(inFlight: InFlight): Uint8Array {
  const cd = (inFlight.flags & CD_FLAG) !== 0;
  return buildQuery(inFlight, {
    dnssecOk: (inFlight.flags & DO_FLAG) !== 0,
    cd,
    ad: !cd, // so that the entry is right for every client (RFC 6840 §5.7)
    rd: true,
    udpSize: UDP_SIZE,
  });
}
