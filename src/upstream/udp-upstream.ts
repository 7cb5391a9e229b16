// An upstream over UDP. A truncated response is never handed on: its question is asked again over TCP
// (RFC 2181 §9, RFC 7766 §5).

import { monotonicMs } from "../clock/monotonic.ts";
import type { TimingWheel } from "../clock/timing-wheel.ts";
import type { Endpoint, Runtime } from "../runtime/contract.ts";
import { FLAG } from "../wire/constants.ts";
import { read16 } from "../wire/numbers.ts";
import {
  type Asker,
  type Upstream,
  UpstreamError,
  type UpstreamFault,
  type UpstreamObserver,
} from "./contract.ts";
import { RandomIds } from "./random-ids.ts";
import { StreamUpstream } from "./stream-upstream.ts";
import { UdpQuery, type UdpQueryOwner } from "./udp-query.ts";

/** Each query in flight has an open socket. */
const MAX_IN_FLIGHT = 1000;

export interface UdpUpstreamOptions {
  readonly url: string;
  readonly remote: Endpoint;
  readonly runtime: Runtime;
  readonly timers: TimingWheel;
  readonly observer: UpstreamObserver;
}

export class UdpUpstream implements Upstream, UdpQueryOwner {
  readonly url: string;
  readonly authenticated = false;
  readonly runtime: Runtime;
  readonly timers: TimingWheel;
  readonly remote: Endpoint;
  readonly ids: RandomIds = new RandomIds();
  private readonly observer: UpstreamObserver;
  private readonly tcp: StreamUpstream;
  private readonly inFlight: Set<UdpQuery> = new Set();
  private stopped = false;

  constructor(options: UdpUpstreamOptions) {
    this.url = options.url;
    this.runtime = options.runtime;
    this.timers = options.timers;
    this.remote = options.remote;
    this.observer = options.observer;
    this.tcp = new StreamUpstream(options);
  }

  ask(query: Uint8Array, timeoutMs: number, asker: Asker, nowMs: number): void {
    const asked = new UdpQuery(query, timeoutMs, this, asker, nowMs);
    this.inFlight.add(asked);
    if (this.stopped) asked.fail("stopped", "stopped");
    else if (this.inFlight.size > MAX_IN_FLIGHT)
      asked.fail("overload", "too many queries in flight");
    else void asked.send();
  }

  close(): void {
    this.stopped = true;
    for (const query of [...this.inFlight]) query.fail("stopped", "stopped");
    this.tcp.close();
  }

  sent(): void {
    this.observer.asked(this.url, false);
  }

  responded(query: UdpQuery, response: Uint8Array): void {
    const nowMs = monotonicMs();
    this.inFlight.delete(query);
    const latencyMs = nowMs - query.askedMs;
    if ((read16(response, 2) & FLAG.TC) !== 0) {
      const left = query.deadlineMs - nowMs;
      return this.tcp.ask(query.query, left, later(query.asker, latencyMs), nowMs);
    }
    this.observer.answered(this.url, latencyMs);
    query.asker.responded(response, latencyMs);
  }

  failed(query: UdpQuery, fault: UpstreamFault, reason: string): void {
    this.inFlight.delete(query);
    this.observer.failed(this.url, fault, reason);
    query.asker.failed(new UpstreamError(fault, `${this.url}: ${reason}`));
  }
}

/** For one who has waited for `sinceMs` already. */
function later(asker: Asker, sinceMs: number): Asker {
  return {
    responded: (response, latencyMs) => asker.responded(response, sinceMs + latencyMs),
    failed: (error) => asker.failed(error),
  };
}
