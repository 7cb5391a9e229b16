// The stream listeners of one transport (TCP, or DoT with a certificate): accepts connections within
// the limits and gives them what they share: the burst buffer, the client's row, the timers.

import type { TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import { COUNTER, type Counters } from "../memory/counters.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import type { AccessList } from "../resolver/access-list.ts";
import { ClientRow } from "../resolver/client-row.ts";
import type { QueryOrigin, QueryService } from "../resolver/query-service.ts";
import type {
  Endpoint,
  Runtime,
  ServerTls,
  StreamHandler,
  StreamListener,
} from "../runtime/contract.ts";
import type { OpenSharedPort } from "../runtime/shared-port.ts";
import { AddressWords } from "./address-words.ts";
import {
  ClientConnection,
  type ClientStream,
  type ConnectionShare,
  type StreamLimits,
} from "./client-connection.ts";
import type { Acceptor, ConnectionLimit } from "./connection-limit.ts";
import { ResponseBurst } from "./response-burst.ts";
import { StreamListeners } from "./stream-listeners.ts";

const RESUME_RETRY_MS = 1000;

export interface StreamServerParts {
  readonly runtime: Runtime;
  readonly service: QueryService;
  readonly counters: Counters;
  readonly timers: TimingWheel;
  readonly limits: StreamLimits;
  readonly connections: ConnectionLimit;
  /** Those whose connections begin with the PROXY protocol; none unless the settings ask for it. */
  readonly proxies?: AccessList;
  /** By default the kernel spreads new connections while a certificate changes. */
  readonly openSharedPort?: OpenSharedPort;
  /** Other threads listen at the same endpoints. */
  readonly sharesPorts?: boolean;
  /** False: each response leaves in a write of its own, to measure what joining them is worth. */
  readonly joinsResponses?: boolean;
}

export class StreamServer implements StreamHandler<ClientConnection>, ConnectionShare, Acceptor {
  readonly counters: Counters;
  readonly timers: TimingWheel;
  readonly limits: StreamLimits;
  readonly connections: ConnectionLimit;
  readonly client: ClientRow = new ClientRow();
  readonly burst: ResponseBurst;
  private readonly parts: StreamServerParts;
  private tls: ServerTls | undefined;
  private readonly listeners: StreamListeners;
  private readonly addresses: AddressWords = new AddressWords();
  private readonly live: Set<ClientStream> = new Set();
  private readonly toFlush: Set<ClientConnection> = new Set();
  private retry: TimerHandle | undefined;
  private stopped = false;

  constructor(parts: StreamServerParts, transport: number, tls?: ServerTls) {
    this.parts = parts;
    this.counters = parts.counters;
    this.timers = parts.timers;
    this.limits = parts.limits;
    this.connections = parts.connections;
    this.burst = new ResponseBurst(parts.joinsResponses);
    this.client.transport = transport;
    this.tls = tls;
    const open = (local: Endpoint): StreamListener => this.openListener(local);
    // What has a certificate must be able to change over to another.
    const openSharedPort = tls && parts.openSharedPort;
    this.listeners = new StreamListeners({ open, timers: parts.timers, openSharedPort });
    parts.connections.add(this);
  }

  /** Listens at one more endpoint; returns where. Throws a HermodError, as Runtime.listen(). */
  listen(endpoint: Endpoint): Endpoint {
    return this.listeners.add(endpoint);
  }

  /**
   * Serves with another certificate from now on: new listeners take over the ports, connections that
   * are open keep the one they began with. Throws a HermodError, and nothing has changed.
   */
  changeTls(tls: ServerTls): void {
    const formerTls = this.tls;
    this.tls = tls;
    if (!this.listeners.isOpen) return; // paused: resume() will use it
    try {
      this.listeners.openAll();
    } catch (error) {
      this.tls = formerTls;
      throw error;
    }
  }

  /** Counted from here: a TLS handshake that nobody finishes holds a descriptor as well. */
  accepted(stream: ClientStream): void {
    if (this.stopped) return stream.terminate();
    this.counters.count(COUNTER.connectionsOpened);
    this.live.add(stream);
    this.connections.opened();
    const address = this.addresses.of(stream.remote.host);
    const isProxy = this.parts.proxies?.allows(address) ?? false;
    stream.context.accepted(stream, address, isProxy);
  }

  open(stream: ClientStream): void {
    if (!this.live.has(stream)) this.accepted(stream);
    if (this.live.has(stream)) stream.context.open();
  }

  data(stream: ClientStream, bytes: Uint8Array): void {
    stream.context.data(bytes);
  }

  drain(stream: ClientStream): void {
    stream.context.flush();
  }

  ended(stream: ClientStream): void {
    stream.context.finish();
  }

  close(stream: ClientStream): void {
    if (!this.live.delete(stream)) return;
    stream.context.closed();
    this.connections.closed();
  }

  accept(
    input: Uint8Array,
    offset: number,
    length: number,
    out: WordBuffer,
    outOffset: number,
    outCapacity: number,
    origin: QueryOrigin,
  ): number {
    const { client } = this;
    const { service } = this.parts;
    return service.accept(input, offset, length, out, outOffset, outCapacity, client, origin);
  }

  /** Responses that come in the same tick leave in one write. */
  flushSoon(connection: ClientConnection): void {
    if (this.parts.joinsResponses === false) return connection.flush();
    if (this.toFlush.size === 0) queueMicrotask(() => this.flushAll());
    this.toFlush.add(connection);
  }

  pause(): void {
    if (this.retry !== undefined) this.timers.cancel(this.retry);
    this.listeners.closeAll();
  }

  /** Listens again; tries once more a second later if a port can't be had now. */
  resume(): void {
    this.retry = undefined;
    if (this.stopped || this.listeners.isOpen) return;
    try {
      this.listeners.openAll();
    } catch {
      this.retry = this.timers.schedule(RESUME_RETRY_MS, { expire: () => this.resume() });
    }
  }

  /** Accepts nothing more; connections end with their last response. */
  stop(): void {
    this.stopped = true;
    this.pause();
    for (const stream of this.live) stream.context.finish();
  }

  /** Ends what is left. */
  closeAll(): void {
    for (const stream of this.live) stream.terminate();
  }

  private flushAll(): void {
    for (const connection of this.toFlush) connection.flush();
    this.toFlush.clear();
  }

  private openListener(local: Endpoint): StreamListener {
    const contextFor = (): ClientConnection => new ClientConnection(this);
    const { runtime, sharesPorts = false } = this.parts;
    const options = { local, reusePort: sharesPorts || this.tls !== undefined, contextFor };
    return runtime.listen(this.tls === undefined ? options : { ...options, tls: this.tls }, this);
  }
}
