// One question asked of a group: of one member after the other, until a response is accepted. The
// next is asked when the one before has failed, or has not answered in good time; it may still
// answer, and the first response that is accepted wins. Its owner uses it again once all who were
// asked have been heard.

import { monotonicMs } from "../clock/monotonic.ts";
import { type Deadline, TimerHandle, type TimingWheel } from "../clock/timing-wheel.ts";
import { type Asker, type Judge, type Upstream, UpstreamError } from "./contract.ts";
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
  /** Everyone who was asked has been heard: the query may be used again. */
  over(query: GroupQuery): void;
}

const NOTHING = new Uint8Array(0);
const NOBODY: readonly Member[] = [];

export class GroupQuery implements Deadline {
  private readonly owner: MemberOwner;
  private readonly timer: TimerHandle = new TimerHandle(this);
  /** One for each member that is asked, in that order; kept for the next question. */
  private readonly asked: MemberQuery[] = [];
  private askedCount = 0;
  private members: readonly Member[] = NOBODY;
  private query: Uint8Array = NOTHING;
  private deadlineMs = 0;
  private judge: Judge | undefined;
  private tries = 0;
  /** Members that may still answer, without those that are asked on the side. */
  private pending = 0;
  /** All that may still answer, and start() while it runs. */
  private outstanding = 0;

  constructor(owner: MemberOwner) {
    this.owner = owner;
  }

  /** Asks `members` in their order, and `onTheSide` to see how it is: its answer is as good as any. */
  start(
    members: readonly Member[],
    onTheSide: Member | undefined,
    query: Uint8Array,
    timeoutMs: number,
    judge: Judge,
    nowMs: number,
  ): void {
    this.members = members;
    this.query = query;
    this.deadlineMs = nowMs + timeoutMs;
    this.judge = judge;
    this.tries = this.pending = this.askedCount = 0;
    this.outstanding = 1;
    this.askNext(nowMs);
    if (onTheSide !== undefined) this.ask(onTheSide, true, nowMs);
    this.heard();
  }

  /** The member asked last takes its time. */
  expire(): void {
    this.owner.failed(this.members[this.tries - 1]!);
    this.askNext(monotonicMs());
  }

  /** A response is a sign of life, also one that will not do: a name can fail without its server. */
  responded(member: Member, response: Uint8Array, latencyMs: number, onTheSide: boolean): void {
    this.owner.succeeded(member, latencyMs);
    if (this.judge?.accepts(response) === true) this.end(undefined);
    else if (!onTheSide && this.judge !== undefined) {
      const message = `${member.upstream.url}: its response will not do`;
      this.goOn(new UpstreamError("malformed", message));
    }
    this.heard();
  }

  failed(member: Member, error: UpstreamError, onTheSide: boolean): void {
    if (error.fault !== "overload") this.owner.failed(member); // that is our own shortage
    if (!onTheSide && this.judge !== undefined) this.goOn(error);
    this.heard();
  }

  private askNext(nowMs: number): void {
    const member = this.members[this.tries++]!;
    if (this.hasNext(nowMs)) this.owner.timers.start(this.timer, member.health.patienceMs);
    this.pending++;
    this.ask(member, false, nowMs);
  }

  private ask(member: Member, onTheSide: boolean, nowMs: number): void {
    const asked = (this.asked[this.askedCount++] ??= new MemberQuery(this));
    asked.member = member;
    asked.onTheSide = onTheSide;
    this.outstanding++;
    member.upstream.ask(this.query, this.deadlineMs - nowMs, asked, nowMs);
  }

  /** The member asked last is no help: the next one, if there is one. */
  private goOn(error: UpstreamError): void {
    this.pending--;
    const nowMs = monotonicMs();
    if (error.fault !== "stopped" && this.hasNext(nowMs)) {
      this.owner.timers.cancel(this.timer);
      this.askNext(nowMs);
    } else if (this.pending === 0) {
      this.end(error);
    }
  }

  private hasNext(nowMs: number): boolean {
    return this.tries < Math.min(MAX_TRIES, this.members.length) && nowMs < this.deadlineMs;
  }

  private end(error: UpstreamError | undefined): void {
    const judge = this.judge!;
    this.judge = undefined;
    this.owner.timers.cancel(this.timer);
    judge.ended(error);
  }

  private heard(): void {
    if (--this.outstanding === 0) this.owner.over(this);
  }
}

/** One member asked. */
class MemberQuery implements Asker {
  private readonly query: GroupQuery;
  member!: Member;
  onTheSide = false;

  constructor(query: GroupQuery) {
    this.query = query;
  }

  responded(response: Uint8Array, latencyMs: number): void {
    this.query.responded(this.member, response, latencyMs, this.onTheSide);
  }

  failed(error: UpstreamError): void {
    this.query.failed(this.member, error, this.onTheSide);
  }
}
