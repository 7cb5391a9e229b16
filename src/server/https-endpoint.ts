// DNS over HTTPS at one endpoint, through changes of certificate. New connections go to the listener
// with the new one at once; the former serves those that it has until they have left by themselves.
//
//   prepare()  former and next share the port, all goes to former; cancel() is the way back
//   commit()   TCP: what is new goes to next; HTTP/1.1 clients of former are asked to leave
//   leave()    former stops: idle connections end, over HTTP/2 and HTTP/3 with GOAWAY
//
// QUIC changes over in leave() only: which connection a packet is of can't be told from outside, so
// one listener has all of them.

import type { TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import type { Endpoint, HttpListener } from "../runtime/contract.ts";
import type { OpenSharedPort, SharedPort } from "../runtime/shared-port.ts";

/** Longer than any HTTP connection may be idle (HttpOptions.idleTimeoutMs) or in its handshake. */
export const FORMER_LIFETIME_MS = 300_000;
/** Where the kernel spreads connections: what came while the second listener was opened is accepted. */
const OVERLAP_MS = 100;
/** How long QUIC connections of before may take to finish; new ones wait for their first response. */
const QUIC_DRAIN_MS = 2000;
const QUIC_POLL_MS = 20;

export interface HttpsEndpointParts<Pair> {
  /** Opens a listener. Throws a HermodError, as Runtime.serveHttp(). */
  readonly serve: (local: Endpoint, pair: Pair) => HttpListener;
  readonly openSharedPort: OpenSharedPort;
  readonly timers: TimingWheel;
}

export class HttpsEndpoint<Pair> {
  private readonly parts: HttpsEndpointParts<Pair>;
  private readonly local: Endpoint;
  private readonly tcp: SharedPort;
  private readonly udp: SharedPort;
  private current: HttpListener;
  private next: HttpListener | undefined;
  /** The one that has QUIC. */
  private quic: HttpListener;
  private quicPoll: TimerHandle | undefined;
  /** Those that others have taken over from, until they stop. */
  private readonly formers: Map<HttpListener, TimerHandle> = new Map();
  /** Those that have stopped and still finish. */
  private readonly finishing: Map<HttpListener, Promise<void>> = new Map();

  /** Opens it; `local` has a port. Throws a HermodError, as Runtime.serveHttp(). */
  constructor(parts: HttpsEndpointParts<Pair>, local: Endpoint, pair: Pair) {
    this.parts = parts;
    this.local = local;
    this.tcp = parts.openSharedPort(local, "tcp");
    this.udp = parts.openSharedPort(local, "udp");
    this.current = this.quic = this.open(pair);
    this.tcp.steer(this.current);
    this.udp.steer(this.current);
  }

  /** Opens the listener that commit() changes over to. Throws a HermodError, and nothing has changed. */
  prepare(pair: Pair): void {
    this.next = this.open(pair);
  }

  /** Takes prepare() back, if it was called. */
  cancel(): void {
    this.next?.closeAll();
    this.next = undefined;
    this.noteClosed();
  }

  commit(): void {
    const former = this.current;
    this.current = this.next!;
    this.next = undefined;
    const isSteered = this.tcp.steer(this.current);
    former.retire();
    const delayMs = isSteered ? FORMER_LIFETIME_MS : OVERLAP_MS;
    const expire = (): void => this.leave(former);
    this.formers.set(former, this.parts.timers.schedule(delayMs, { expire }));
  }

  /** Accepts nothing more; connections end with their last response. */
  stop(): void {
    for (const [former, timer] of this.formers) {
      this.parts.timers.cancel(timer);
      this.finish(former);
    }
    this.formers.clear();
    if (this.quicPoll !== undefined) this.parts.timers.cancel(this.quicPoll);
    this.finish(this.current);
  }

  /** Resolves when the requests in flight have been answered. */
  async finished(): Promise<void> {
    await Promise.all(this.finishing.values());
  }

  /** After stop(). */
  closeAll(): void {
    for (const listener of this.finishing.keys()) listener.closeAll();
  }

  private open(pair: Pair): HttpListener {
    this.noteClosed();
    const listener = this.parts.serve(this.local, pair);
    this.tcp.joined(listener);
    this.udp.joined(listener);
    return listener;
  }

  private leave(former: HttpListener): void {
    this.formers.delete(former);
    const hasQuic = former === this.quic;
    if (hasQuic) this.udp.steer(this.current, former);
    this.finish(former);
    if (hasQuic) this.handQuicOver(former, this.current, QUIC_DRAIN_MS / QUIC_POLL_MS);
  }

  /** Once former has no connections left: it closes its socket then, without a word. */
  private handQuicOver(former: HttpListener, next: HttpListener, polls: number): void {
    if (polls > 0 && this.udp.has(former)) {
      const expire = (): void => this.handQuicOver(former, next, polls - 1);
      this.quicPoll = this.parts.timers.schedule(QUIC_POLL_MS, { expire });
      return;
    }
    this.quic = next;
    this.udp.steer(next);
  }

  private finish(listener: HttpListener): void {
    const done = listener.stop().finally(() => this.finishing.delete(listener));
    this.finishing.set(listener, done);
    this.noteClosed();
  }

  private noteClosed(): void {
    this.tcp.left();
    this.udp.left();
  }
}
