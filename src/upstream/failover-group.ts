// A list of upstreams in plain order: the first that is well is asked, the others stand in for it.
// Ailing members come last and are tried again on the side of other questions.

import { monotonicMs } from "../clock/monotonic.ts";
import type { TimingWheel } from "../clock/timing-wheel.ts";
import { FreeList } from "../memory/free-list.ts";
import type { Judge, Upstream, UpstreamGroup } from "./contract.ts";
import { GroupQuery, type Member, type MemberOwner } from "./group-query.ts";
import { MemberHealth } from "./member-health.ts";

export class FailoverGroup implements UpstreamGroup, MemberOwner {
  readonly authenticated: boolean;
  readonly timers: TimingWheel;
  private readonly members: readonly Member[];
  /** Made anew whenever a member falls ill or gets well: queries keep the one they began with. */
  private order: readonly Member[];
  private ailing = 0;
  private readonly idle: FreeList<GroupQuery> = new FreeList(() => new GroupQuery(this));

  /** `upstreams`: at least one, the first to be asked first. */
  constructor(upstreams: readonly Upstream[], timers: TimingWheel) {
    this.authenticated = upstreams.every((upstream) => upstream.authenticated);
    this.timers = timers;
    this.members = upstreams.map((upstream) => ({ upstream, health: new MemberHealth() }));
    this.order = this.members;
  }

  ask(query: Uint8Array, timeoutMs: number, judge: Judge, nowMs: number): void {
    const { order } = this;
    const due = this.ailing > 0 ? this.takeProbe(order[0]!, nowMs) : undefined;
    this.idle.take().start(order, due, query, timeoutMs, judge, nowMs);
  }

  close(): void {
    for (const { upstream } of this.members) upstream.close();
  }

  succeeded(member: Member, latencyMs: number): void {
    if (member.health.succeeded(latencyMs)) this.arrange();
  }

  failed(member: Member): void {
    if (member.health.failed(monotonicMs())) this.arrange();
  }

  over(query: GroupQuery): void {
    this.idle.give(query);
  }

  /** An ailing member that is due to be tried again; not the one that is being asked anyway. */
  private takeProbe(asked: Member, nowMs: number): Member | undefined {
    return this.members.find((member) => member !== asked && member.health.takeProbe(nowMs));
  }

  private arrange(): void {
    const ailing = this.members.filter(({ health }) => health.isAiling);
    this.ailing = ailing.length;
    this.order = [...this.members.filter(({ health }) => !health.isAiling), ...ailing];
  }
}
