// The slow path: what has to be asked. One upstream query for each question in flight, shared by all
// who wait; each of them is answered in time, with what came, a stale response or SERVFAIL. Main
// thread only; through its store the only caller of the cache's writer.

import { monotonicSeconds } from "../clock/monotonic.ts";
import type { TimingWheel } from "../clock/timing-wheel.ts";
import { COUNTER, type Counters, PATH } from "../memory/counters.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import type { UpstreamGroup } from "../upstream/contract.ts";
import { buildQuery } from "../wire/build-query.ts";
import { EDE, RCODE } from "../wire/constants.ts";
import { readQuery } from "../wire/query-view.ts";
import { type Answerer, MISS } from "./answer.ts";
import { RESULT } from "./answer-context.ts";
import { ClientQuota } from "./client-quota.ts";
import type { ClientRow } from "./client-row.ts";
import { UDP_SIZE } from "./finish-response.ts";
import { type InFlight, InFlightTable } from "./in-flight.ts";
import { CD_FLAG, DO_FLAG } from "./question-key.ts";
import { ResponseJudge } from "./response-judge.ts";
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
}

export class Resolver implements WaiterOwner {
  private readonly parts: ResolverParts;
  private readonly table: InFlightTable = new InFlightTable();
  private readonly quota: ClientQuota;
  private readonly out: WordBuffer = new WordBuffer(OUT_OFFSET + OUT_CAPACITY);
  /** Clients that wait for a response now. */
  waiting = 0;

  constructor(parts: ResolverParts) {
    this.parts = parts;
    this.quota = new ClientQuota(parts.waitersPerClient, Math.random() * 0xffffffff);
  }

  /**
   * Takes over a query for which answer() said MISS. `input` is copied; `responder` gets exactly one
   * response, at the latest after `waitMs`.
   */
  resolve(
    input: Uint8Array,
    offset: number,
    length: number,
    client: ClientRow,
    responder: Responder,
  ): void {
    const query = input.slice(offset, offset + length);
    const waiter = new Waiter(query, client, responder, this.quota.take(client.address), this);
    this.waiting++;
    this.load(waiter);
    const inFlight = waiter.quotaCell < 0 ? undefined : this.join();
    if (inFlight === undefined) return this.turnAway(waiter);
    waiter.queue = inFlight.waiters.add(waiter);
    waiter.timer = this.parts.timers.schedule(this.parts.waitMs, waiter);
  }

  waiterExpired(waiter: Waiter): void {
    waiter.queue?.delete(waiter);
    this.load(waiter);
    this.send(waiter, this.staleOrFailure(EDE.NO_REACHABLE_AUTHORITY));
  }

  /** Puts the waiter's query into the answerer's context, as if it had just come. */
  private load({ client, query }: Waiter): void {
    const { context } = this.parts.answerer;
    client.nowSeconds = monotonicSeconds();
    client.unixSeconds = Math.floor(Date.now() / 1000);
    context.begin(query, 0, query.length, this.out, OUT_OFFSET, OUT_CAPACITY, client);
    readQuery(query, 0, query.length, context.query);
  }

  /** The loaded question's entry, asked now if it is new; none if too many wait for it. */
  private join(): InFlight | undefined {
    const { answerer, waitersPerQuestion } = this.parts;
    answerer.setKey(0);
    const found = this.table.find(answerer.context.key);
    if (found === undefined) {
      const added = this.table.add(answerer.context.key);
      void this.ask(added);
      return added;
    }
    return found.waiters.size < waitersPerQuestion ? found : undefined;
  }

  private turnAway(waiter: Waiter): void {
    this.parts.counters.count(COUNTER.waitersRefused);
    this.send(waiter, this.staleOrFailure(EDE.OTHER));
  }

  /** Never rejects. */
  private async ask(inFlight: InFlight): Promise<void> {
    const { store, upstream } = this.parts;
    const judge = new ResponseJudge(inFlight, upstream.authenticated);
    try {
      await upstream.ask(upstreamQuery(inFlight), UPSTREAM_TIMEOUT_MS, judge);
      store.keep(inFlight, judge.good!);
    } catch (error) {
      store.keepFailure(inFlight, judge.whyNot(error));
    }
    this.table.remove(inFlight);
    const failed = judge.good === undefined;
    for (const waiter of inFlight.waiters) this.settle(waiter, failed);
  }

  private settle(waiter: Waiter, failed: boolean): void {
    const { answerer, store, timers } = this.parts;
    if (waiter.timer !== undefined) timers.cancel(waiter.timer);
    this.load(waiter);
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
    waiter.responder.respond(this.out, OUT_OFFSET, length, result);
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
