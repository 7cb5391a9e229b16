// What every listener does with a query's bytes: answer from what is known, count, and hand what has
// to be asked to the resolver.

import { monotonicMs, wholeSeconds } from "../clock/monotonic.ts";
import { COUNTER, type Counters } from "../memory/counters.ts";
import type { EpochReader } from "../memory/epochs.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import { type Answerer, DROP } from "./answer.ts";
import { RESULT } from "./answer-context.ts";
import type { ClientRow } from "./client-row.ts";
import type { Responder } from "./waiter.ts";

/** Where a query came from; asked for its responder only when the query has to wait. */
export interface QueryOrigin {
  responder(): Responder;
}

/** Who takes over what is not known: the resolver, or on another thread the way to it. */
export interface MissTaker {
  /** As Resolver.resolve(). */
  resolve(
    input: Uint8Array,
    offset: number,
    length: number,
    client: ClientRow,
    responder: Responder,
    nowMs: number,
  ): void;
}

/** Nothing to write now: the query was dropped, or its response comes through the responder. */
export const NOTHING = 0;

export class QueryService {
  /** Of the query that was accepted last: see resolver/answer-context RESULT. */
  readonly result: Int32Array;
  private readonly answerer: Answerer;
  private readonly misses: MissTaker;
  private readonly counters: Counters;
  private readonly epochs: EpochReader | undefined;

  /** `epochs`: on threads other than the cache writer's. */
  constructor(answerer: Answerer, misses: MissTaker, counters: Counters, epochs?: EpochReader) {
    this.answerer = answerer;
    this.result = answerer.context.result;
    this.misses = misses;
    this.counters = counters;
    this.epochs = epochs;
  }

  /**
   * Answers the query in `input` into `out` and returns the response's length, or takes it over and
   * returns NOTHING; then the origin's responder gets the response. Offsets and capacity as
   * in Answerer.answer(); of `client`, the clock is filled in here.
   */
  accept(
    input: Uint8Array,
    offset: number,
    length: number,
    out: WordBuffer,
    outOffset: number,
    outCapacity: number,
    client: ClientRow,
    origin: QueryOrigin,
  ): number {
    const nowMs = monotonicMs();
    client.nowSeconds = wholeSeconds(nowMs);
    client.unixSeconds = Math.floor(Date.now() / 1000);
    const { answerer, counters, epochs } = this;
    epochs?.enter();
    const written = answerer.answer(input, offset, length, out, outOffset, outCapacity, client);
    epochs?.leave();
    if (written >= 0) {
      const { result } = answerer.context;
      counters.countQuery(client.transport, result[RESULT.path]!, result[RESULT.rcode]!);
      return written;
    }
    if (written === DROP) counters.count(COUNTER.dropped);
    else this.misses.resolve(input, offset, length, client, origin.responder(), nowMs);
    return NOTHING;
  }
}
