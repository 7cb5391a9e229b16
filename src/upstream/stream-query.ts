// One query on its way over a stream: what was asked, until when, and where it is in flight. It is
// settled exactly once; its deadline is on the timing wheel until then. Its owner uses it again for
// another query, unless a connection may still know it.

import { type Deadline, TimerHandle, type TimingWheel } from "../clock/timing-wheel.ts";
import { write16 } from "../wire/numbers.ts";
import { type Asker, UpstreamError, type UpstreamFault } from "./contract.ts";

/** Whoever is to know that the time is up. */
export interface QueryOwner {
  expired(query: StreamQuery): void;
}

/** The connection that the query is in flight on. */
export interface QueryCarrier {
  /** The response to `id` will not be waited for any longer. */
  forget(id: number): void;
}

const NOTHING = new Uint8Array(0);

export class StreamQuery implements Deadline {
  query: Uint8Array = NOTHING;
  askedMs = 0;
  /** Where it was written last, and under which ID. */
  carrier: QueryCarrier | undefined;
  id = 0;
  /** How many connections it has been written to. */
  attempts = 0;
  /** It has left a connection unanswered, which may still know it. */
  wasMoved = false;
  settled = true;
  private readonly owner: QueryOwner;
  private readonly timers: TimingWheel;
  private readonly timer: TimerHandle = new TimerHandle(this);
  private asker: Asker | undefined;

  constructor(owner: QueryOwner, timers: TimingWheel) {
    this.owner = owner;
    this.timers = timers;
  }

  /** Begins anew. */
  begin(query: Uint8Array, timeoutMs: number, asker: Asker, nowMs: number): void {
    this.query = query;
    this.askedMs = nowMs;
    this.carrier = undefined;
    this.attempts = 0;
    this.wasMoved = false;
    this.settled = false;
    this.asker = asker;
    this.timers.start(this.timer, timeoutMs, nowMs);
  }

  expire(): void {
    this.carrier?.forget(this.id);
    this.owner.expired(this);
  }

  /** Gives the response the ID that the query came with. */
  succeed(response: Uint8Array, latencyMs: number): void {
    write16(response, 0, (this.query[0]! << 8) | this.query[1]!);
    this.settle().responded(response, latencyMs);
  }

  fail(fault: UpstreamFault, message: string): void {
    this.settle().failed(new UpstreamError(fault, message));
  }

  private settle(): Asker {
    const asker = this.asker!;
    this.asker = undefined;
    this.settled = true;
    this.timers.cancel(this.timer);
    return asker;
  }
}
