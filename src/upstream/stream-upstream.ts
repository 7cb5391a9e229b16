// An upstream over TCP or TLS: one connection that stays open, made when it is first needed and again
// after it was lost (RFC 7766 §6.2.1, RFC 7858 §3.4). A query whose connection is lost or stalls is
// asked once more on a fresh one, if the old one had ever answered: upstreams close idle connections
// at will (RFC 7766 §6.2.4). After a failure nothing is tried for a while, and queries fail at once,
// so that they can be asked elsewhere.

import { monotonicMs } from "../clock/monotonic.ts";
import type { TimingWheel } from "../clock/timing-wheel.ts";
import { FreeList } from "../memory/free-list.ts";
import type { ConnectTls, Endpoint, Runtime } from "../runtime/contract.ts";
import type { Asker, Upstream, UpstreamFault, UpstreamObserver } from "./contract.ts";
import {
  type ConnectionOwner,
  type ConnectionParts,
  StreamConnection,
} from "./stream-connection.ts";
import { ALL_HABITS, type StreamHabits } from "./stream-habits.ts";
import { type QueryOwner, StreamQuery } from "./stream-query.ts";

/** RFC 8467 §4.1. */
const PADDING_BLOCK = 128;
const MAX_ATTEMPTS = 2;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;

export interface StreamUpstreamOptions {
  readonly url: string;
  readonly remote: Endpoint;
  /** Over TLS with this; over TCP without. */
  readonly tls?: ConnectTls;
  readonly runtime: Runtime;
  readonly timers: TimingWheel;
  readonly observer: UpstreamObserver;
  /** By default all of them. */
  readonly habits?: StreamHabits;
}

export class StreamUpstream implements Upstream, ConnectionOwner, QueryOwner {
  readonly url: string;
  readonly authenticated: boolean;
  private readonly parts: ConnectionParts;
  private readonly observer: UpstreamObserver;
  private readonly habits: StreamHabits;
  private current: StreamConnection | undefined;
  /** Stalled ones, and those with a query to themselves, that may still answer what they were asked. */
  private readonly retired: Set<StreamConnection> = new Set();
  private readonly freeQueries: FreeList<StreamQuery>;
  /** Without pipelining: those whose query was answered. */
  private readonly idle: StreamConnection[] = [];
  private backoffMs: number = FIRST_BACKOFF_MS;
  private retryAtMs = 0;
  private lastFailure = "";
  private stopped = false;

  constructor({ url, remote, tls, runtime, timers, observer, habits }: StreamUpstreamOptions) {
    this.url = url;
    this.habits = habits ?? ALL_HABITS;
    this.authenticated = tls !== undefined;
    this.observer = observer;
    const paddingBlock = tls === undefined ? 0 : PADDING_BLOCK;
    const { joinsQueries } = this.habits;
    this.parts = { runtime, timers, remote, tls, paddingBlock, joinsQueries };
    this.freeQueries = new FreeList(() => new StreamQuery(this, timers));
  }

  ask(query: Uint8Array, timeoutMs: number, asker: Asker, nowMs: number): void {
    const asked = this.freeQueries.take();
    asked.begin(query, timeoutMs, asker, nowMs);
    this.place(asked, nowMs);
  }

  close(): void {
    this.stopped = true;
    for (const connection of [...this.retired]) connection.terminate("stopped");
    for (const connection of [...this.idle]) connection.terminate("stopped");
    this.current?.terminate("stopped");
  }

  expired(query: StreamQuery): void {
    this.fail(query, "timeout", "no response in time");
  }

  answered(
    connection: StreamConnection,
    query: StreamQuery,
    response: Uint8Array,
    nowMs: number,
  ): void {
    this.backoffMs = FIRST_BACKOFF_MS;
    if (this.sharesNone) this.finished(connection);
    if (query.settled) return;
    if (query.carrier !== connection) query.carrier?.forget(query.id);
    const latencyMs = nowMs - query.askedMs;
    this.observer.answered(this.url, latencyMs);
    query.succeed(response, latencyMs);
    this.giveBack(query);
  }

  /** The connection is left to itself: it may be dead, or the upstream slow. */
  stalled(connection: StreamConnection): void {
    this.current = undefined;
    this.retired.add(connection);
    connection.retire();
    for (const query of connection.inFlightQueries()) {
      if (!query.settled && query.attempts < MAX_ATTEMPTS) this.placeAgain(query);
    }
  }

  closed(connection: StreamConnection, reason: string): void {
    if (this.current === connection) this.current = undefined;
    this.retired.delete(connection);
    if (this.idle.includes(connection)) this.idle.splice(this.idle.indexOf(connection), 1);
    if (!connection.hasAnswered) this.backOff(reason);
    const fault = connection.hasOpened ? "closed" : "connect";
    for (const query of connection.inFlightQueries()) {
      if (query.settled || query.carrier !== connection) continue;
      const mayAskAgain = connection.hasAnswered && query.attempts < MAX_ATTEMPTS;
      if (mayAskAgain && !this.stopped) this.placeAgain(query);
      else this.fail(query, this.stopped ? "stopped" : fault, reason);
    }
  }

  private placeAgain(query: StreamQuery): void {
    query.wasMoved = true;
    this.place(query, monotonicMs());
  }

  private place(query: StreamQuery, nowMs: number): void {
    if (this.stopped) return this.fail(query, "stopped", "stopped");
    const connection = this.connection(nowMs);
    if (connection === undefined) return this.fail(query, "connect", this.lastFailure);
    if (this.sharesNone) this.setAside(connection);
    const reused = connection.askedCount > 0;
    if (connection.ask(query, nowMs)) this.observer.asked(this.url, reused);
    else this.fail(query, "overload", "too many queries in flight");
  }

  /** The connection for the next query; none while backing off. */
  private connection(nowMs: number): StreamConnection | undefined {
    if (this.current === undefined && nowMs >= this.retryAtMs) {
      this.current = this.idle.pop() ?? new StreamConnection(this.freshParts(), this);
    }
    return this.current;
  }

  /** Sessions are kept by the object that says how to connect. */
  private freshParts(): ConnectionParts {
    const { tls } = this.parts;
    if (this.habits.resumesSessions || tls === undefined) return this.parts;
    return { ...this.parts, tls: { ...tls } };
  }

  /** A connection has one query at a time. */
  private get sharesNone(): boolean {
    return !this.habits.pipelines || !this.habits.reuses;
  }

  /** The next query takes another one. */
  private setAside(connection: StreamConnection): void {
    this.current = undefined;
    this.retired.add(connection);
  }

  private finished(connection: StreamConnection): void {
    if (!this.retired.has(connection)) return;
    if (!this.habits.reuses) return connection.retire();
    this.retired.delete(connection);
    this.idle.push(connection);
  }

  private backOff(reason: string): void {
    const jitter = 0.75 + Math.random() / 2;
    this.retryAtMs = monotonicMs() + this.backoffMs * jitter;
    this.backoffMs = Math.min(2 * this.backoffMs, MAX_BACKOFF_MS);
    this.lastFailure = reason;
  }

  private fail(query: StreamQuery, fault: UpstreamFault, reason: string): void {
    this.observer.failed(this.url, fault, reason);
    query.fail(fault, `${this.url}: ${reason}`);
    this.giveBack(query);
  }

  /** Only when no connection can know it any more. */
  private giveBack(query: StreamQuery): void {
    if (!query.wasMoved) this.freeQueries.give(query);
  }
}
