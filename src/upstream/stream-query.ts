// One query on its way over a stream: what was asked, until when, and where it is in flight. It is
// settled exactly once; its deadline is on the timing wheel until then.

import { monotonicMs } from "../clock/monotonic.ts";
import type { Deadline, TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import { write16 } from "../wire/numbers.ts";
import { UpstreamError, type UpstreamFault } from "./contract.ts";

/** Whoever is to know that the time is up. */
export interface QueryOwner {
  expired(query: StreamQuery): void;
}

/** The connection that the query is in flight on. */
export interface QueryCarrier {
  /** The response to `id` will not be waited for any longer. */
  forget(id: number): void;
}

export class StreamQuery implements Deadline {
  readonly query: Uint8Array;
  readonly askedMs: number = monotonicMs();
  /** Where it was written last, and under which ID. */
  carrier: QueryCarrier | undefined;
  id = 0;
  /** How many connections it has been written to. */
  attempts = 0;
  settled = false;
  private readonly owner: QueryOwner;
  private readonly timers: TimingWheel;
  private readonly timer: TimerHandle;
  private readonly resolve: (response: Uint8Array) => void;
  private readonly reject: (error: UpstreamError) => void;

  constructor(
    query: Uint8Array,
    timeoutMs: number,
    owner: QueryOwner,
    timers: TimingWheel,
    resolve: (response: Uint8Array) => void,
    reject: (error: UpstreamError) => void,
  ) {
    this.query = query;
    this.owner = owner;
    this.timers = timers;
    this.resolve = resolve;
    this.reject = reject;
    this.timer = timers.schedule(timeoutMs, this);
  }

  expire(): void {
    this.carrier?.forget(this.id);
    this.owner.expired(this);
  }

  /** Gives the response the ID that the query came with. */
  succeed(response: Uint8Array): void {
    this.settle();
    write16(response, 0, (this.query[0]! << 8) | this.query[1]!);
    this.resolve(response);
  }

  fail(fault: UpstreamFault, message: string): void {
    this.settle();
    this.reject(new UpstreamError(fault, message));
  }

  private settle(): void {
    this.settled = true;
    this.timers.cancel(this.timer);
  }
}
