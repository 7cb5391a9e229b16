// An upstream over TCP or TLS: one connection that stays open, made when it is first needed and again
// after it was lost (RFC 7766 §6.2.1, RFC 7858 §3.4). A query whose connection is lost or stalls is
// asked once more on a fresh one, if the old one had ever answered: upstreams close idle connections
// at will (RFC 7766 §6.2.4). After a failure nothing is tried for a while, and queries fail at once,
// so that they can be asked elsewhere.

import { monotonicMs } from "../clock/monotonic.ts";
import type { TimingWheel } from "../clock/timing-wheel.ts";
import type { ConnectTls, Endpoint, Runtime } from "../runtime/contract.ts";
import type { Upstream, UpstreamFault, UpstreamObserver } from "./contract.ts";
import {
  type ConnectionOwner,
  type ConnectionParts,
  StreamConnection,
} from "./stream-connection.ts";
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
}

export class StreamUpstream implements Upstream, ConnectionOwner, QueryOwner {
  readonly url: string;
  readonly authenticated: boolean;
  private readonly parts: ConnectionParts;
  private readonly observer: UpstreamObserver;
  private current: StreamConnection | undefined;
  /** Stalled ones that may still answer what they were asked. */
  private readonly retired: Set<StreamConnection> = new Set();
  private backoffMs: number = FIRST_BACKOFF_MS;
  private retryAtMs = 0;
  private lastFailure = "";
  private stopped = false;

  constructor({ url, remote, tls, runtime, timers, observer }: StreamUpstreamOptions) {
    this.url = url;
    this.authenticated = tls !== undefined;
    this.observer = observer;
    const paddingBlock = tls === undefined ? 0 : PADDING_BLOCK;
    this.parts = { runtime, timers, remote, tls, paddingBlock };
  }

  ask(query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const { timers } = this.parts;
      this.place(new StreamQuery(query, timeoutMs, this, timers, resolve, reject));
    });
  }

  close(): void {
    this.stopped = true;
    for (const connection of [...this.retired]) connection.terminate("stopped");
    this.current?.terminate("stopped");
  }

  expired(query: StreamQuery): void {
    this.fail(query, "timeout", "no response in time");
  }

  answered(connection: StreamConnection, query: StreamQuery, response: Uint8Array): void {
    this.backoffMs = FIRST_BACKOFF_MS;
    if (query.settled) return;
    if (query.carrier !== connection) query.carrier?.forget(query.id);
    this.observer.answered(this.url, monotonicMs() - query.askedMs);
    query.succeed(response);
  }

  /** The connection is left to itself: it may be dead, or the upstream slow. */
  stalled(connection: StreamConnection): void {
    this.current = undefined;
    this.retired.add(connection);
    connection.retire();
    for (const query of connection.inFlightQueries()) {
      if (!query.settled && query.attempts < MAX_ATTEMPTS) this.place(query);
    }
  }

  closed(connection: StreamConnection, reason: string): void {
    if (this.current === connection) this.current = undefined;
    this.retired.delete(connection);
    if (!connection.hasAnswered) this.backOff(reason);
    const fault = connection.hasOpened ? "closed" : "connect";
    for (const query of connection.inFlightQueries()) {
      if (query.settled || query.carrier !== connection) continue;
      const mayAskAgain = connection.hasAnswered && query.attempts < MAX_ATTEMPTS;
      if (mayAskAgain && !this.stopped) this.place(query);
      else this.fail(query, this.stopped ? "stopped" : fault, reason);
    }
  }

  private place(query: StreamQuery): void {
    if (this.stopped) return this.fail(query, "stopped", "stopped");
    const connection = this.connection();
    if (connection === undefined) return this.fail(query, "connect", this.lastFailure);
    const reused = connection.askedCount > 0;
    if (connection.ask(query)) this.observer.asked(this.url, reused);
    else this.fail(query, "overload", "too many queries in flight");
  }

  /** The connection for the next query; none while backing off. */
  private connection(): StreamConnection | undefined {
    if (this.current === undefined && monotonicMs() >= this.retryAtMs) {
      this.current = new StreamConnection(this.parts, this);
    }
    return this.current;
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
  }
}
