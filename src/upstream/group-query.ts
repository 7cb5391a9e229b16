// One question asked of a group: of one member after the other, until a response is accepted. The
// next is asked when the one before has failed, or has not answered in good time; it may still
// answer, and the first response that is accepted wins.

import { monotonicMs } from "../clock/monotonic.ts";
import type { Deadline, TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import { type Judge, type Upstream, UpstreamError } from "./contract.ts";
import type { MemberHealth } from "./member-health.ts";

/** RFC 9520 §3.1 wants retries bounded. */
export const MAX_TRIES = 3;

export interface Member {
  readonly upstream: Upstream;
  readonly health: MemberHealth;
}

/** Keeps the members' health and order. */
export interface MemberOwner {
  readonly timers: TimingWheel;
  succeeded(member: Member, latencyMs: number): void;
  failed(member: Member): void;
}

export class GroupQuery implements Deadline {
  private readonly owner: MemberOwner;
  private readonly members: readonly Member[];
  private readonly query: Uint8Array;
  private readonly deadlineMs: number;
  private readonly judge: Judge;
  private readonly resolve: () => void;
  private readonly reject: (error: UpstreamError) => void;
  private timer: TimerHandle | undefined;
  private tries = 0;
  /** Members that may still answer, without those that are asked on the side. */
  private pending = 0;
  private settled = false;

  /** `members` are asked in their order. */
  constructor(
    owner: MemberOwner,
    members: readonly Member[],
    query: Uint8Array,
    timeoutMs: number,
    judge: Judge,
    resolve: () => void,
    reject: (error: UpstreamError) => void,
  ) {
    this.owner = owner;
    this.members = members;
    this.query = query;
    this.deadlineMs = monotonicMs() + timeoutMs;
    this.judge = judge;
    this.resolve = resolve;
    this.reject = reject;
  }

  askNext(): void {
    const member = this.members[this.tries++]!;
    if (this.hasNext()) this.timer = this.owner.timers.schedule(member.health.patienceMs, this);
    this.pending++;
    this.ask(member, false);
  }

  /** Asks a member on the side, to see how it is; its answer is as good as any. */
  probe(member: Member): void {
    this.ask(member, true);
  }

  /** The member asked last takes its time. */
  expire(): void {
    this.timer = undefined;
    this.owner.failed(this.members[this.tries - 1]!);
    this.askNext();
  }

  private ask(member: Member, onTheSide: boolean): void {
    const askedMs = monotonicMs();
    member.upstream.ask(this.query, this.deadlineMs - askedMs).then(
      (response) => this.responded(member, response, askedMs, onTheSide),
      (error: UpstreamError) => this.failed(member, error, onTheSide),
    );
  }

  /** A response is a sign of life, also one that will not do: a name can fail without its server. */
  private responded(
    member: Member,
    response: Uint8Array,
    askedMs: number,
    onTheSide: boolean,
  ): void {
    this.owner.succeeded(member, monotonicMs() - askedMs);
    if (this.settled) return;
    if (this.judge.accepts(response)) {
      this.settle();
      this.resolve();
    } else if (!onTheSide) {
      const message = `${member.upstream.url}: its response will not do`;
      this.goOn(new UpstreamError("malformed", message));
    }
  }

  private failed(member: Member, error: UpstreamError, onTheSide: boolean): void {
    if (error.fault !== "overload") this.owner.failed(member); // that is our own shortage
    if (!this.settled && !onTheSide) this.goOn(error);
  }

  /** The member asked last is no help: the next one, if there is one. */
  private goOn(error: UpstreamError): void {
    this.pending--;
    if (this.hasNext()) {
      this.stopTimer();
      this.askNext();
    } else if (this.pending === 0) {
      this.settle();
      this.reject(error);
    }
  }

  private hasNext(): boolean {
    return this.tries < Math.min(MAX_TRIES, this.members.length) && monotonicMs() < this.deadlineMs;
  }

  private settle(): void {
    this.settled = true;
    this.stopTimer();
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.owner.timers.cancel(this.timer);
    this.timer = undefined;
  }
}
