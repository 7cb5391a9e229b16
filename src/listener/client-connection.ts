// One client's stream connection (TCP or DoT): queries in, in any number at once; responses out, in
// the order in which they are ready (RFC 7766 §6.2.1.1, §7). Length and message leave in one write,
// and all responses of one readable burst together.

import { monotonicMs } from "../clock/monotonic.ts";
import type { TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import { COUNTER, type Counters } from "../memory/counters.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import type { ClientRow } from "../resolver/client-row.ts";
import { NOTHING, type QueryOrigin } from "../resolver/query-service.ts";
import type { Responder } from "../resolver/waiter.ts";
import type { Stream } from "../runtime/contract.ts";
import { clientOf, type ConnectionLimit } from "./connection-limit.ts";
import { FrameReader, type FrameTarget } from "../wire/frame-reader.ts";
import { PROXY_BROKEN, ProxyHeaderReader } from "./proxy-protocol.ts";
import type { ResponseBurst } from "./response-burst.ts";
import { SendQueue } from "./send-queue.ts";

const PREFIX = 2;
const MIN_MESSAGE = 12;
/** A client that asks and does not read: beyond this much unread, in bytes, it is cut off. */
const MAX_UNREAD = 1 << 20;

export type ClientStream = Stream<ClientConnection>;

export interface StreamLimits {
  /** A connection without queries is closed after this long (RFC 7766 §6.2.3). */
  readonly idleTimeoutMs: number;
  /** A message must arrive whole within this long. */
  readonly messageTimeoutMs: number;
}

/** What all connections of a server share. */
export interface ConnectionShare {
  readonly counters: Counters;
  readonly timers: TimingWheel;
  readonly limits: StreamLimits;
  readonly connections: ConnectionLimit;
  /** Filled in for each query. */
  readonly client: ClientRow;
  readonly burst: ResponseBurst;
  /** QueryService.accept() with `client`. */
  accept(
    input: Uint8Array,
    offset: number,
    length: number,
    out: WordBuffer,
    outOffset: number,
    outCapacity: number,
    origin: QueryOrigin,
  ): number;
  /** Calls flush() before the tick is over, once for all responses that come in it. */
  flushSoon(connection: ClientConnection): void;
}

export class ClientConnection implements FrameTarget, QueryOrigin, Responder {
  private readonly server: ConnectionShare;
  private readonly reader: FrameReader = new FrameReader();
  private readonly queue: SendQueue = new SendQueue();
  private stream: ClientStream | undefined;
  private address: Uint32Array = new Uint32Array(0);
  private proxyHeader: ProxyHeaderReader | undefined;
  /** As the limit on connections counts it, once it does. */
  private client: string | undefined;
  private messageTimer: TimerHandle | undefined;
  private idleTimer: TimerHandle | undefined;
  private lastActivityMs = 0;
  /** Queries whose responses are still to come. */
  private waiting = 0;
  /** The client has finished sending; the connection ends with its last response. */
  private ending = false;

  constructor(server: ConnectionShare) {
    this.server = server;
  }

  /** From a proxy the connection begins with a header that names its client. */
  accepted(stream: ClientStream, address: Uint32Array, isProxy: boolean): void {
    this.stream = stream;
    this.address = address;
    if (isProxy) this.proxyHeader = new ProxyHeaderReader();
    else this.admit();
  }

  open(): void {
    this.lastActivityMs = monotonicMs();
    this.scheduleIdle(this.server.limits.idleTimeoutMs);
    this.watchMessage();
  }

  data(bytes: Uint8Array): void {
    this.lastActivityMs = monotonicMs();
    const start = this.proxyHeader === undefined ? 0 : this.readProxyHeader(bytes);
    if (start >= 0 && this.stream !== undefined) {
      this.reader.read(start === 0 ? bytes : bytes.subarray(start), this);
      this.server.burst.flushTo(this);
    }
    this.watchMessage();
  }

  frame(bytes: Uint8Array, offset: number, length: number): void {
    const { server } = this;
    if (this.stream === undefined) return;
    // What follows so short a message can't be trusted to be one.
    if (length < MIN_MESSAGE) return this.stream.terminate();
    this.stopMessageTimer(); // the next message has its own time
    server.client.address.set(this.address);
    const { burst } = server;
    burst.makeRoom(this);
    const at = burst.messageOffset;
    const room = burst.messageCapacity;
    const written = server.accept(bytes, offset, length, burst.out, at, room, this);
    if (written !== NOTHING) burst.add(written);
  }

  responder(): Responder {
    this.waiting++;
    return this;
  }

  respond(out: WordBuffer, offset: number, length: number): void {
    this.waiting--;
    if (this.stream === undefined) return;
    out.bytes[offset - 2] = length >> 8;
    out.bytes[offset - 1] = length & 0xff;
    this.queue.push(out.bytes, offset - PREFIX, PREFIX + length);
    this.server.flushSoon(this);
  }

  /** Writes framed responses at once, behind what waits already. */
  write(bytes: Uint8Array, length: number): void {
    if (this.stream === undefined) return;
    const taken = this.queue.length > 0 ? 0 : this.stream.write(bytes, 0, length);
    if (taken < 0) return;
    if (taken < length) this.queue.push(bytes, taken, length - taken);
    if (this.queue.length > MAX_UNREAD) this.stream.terminate();
  }

  flush(): void {
    if (this.stream === undefined) return;
    const isEmpty = this.queue.flush(this.stream);
    if (this.queue.length > MAX_UNREAD) return this.stream.terminate();
    if (isEmpty && this.ending && this.waiting === 0) this.stream.end();
  }

  /** The client has sent all it will; it still gets what it asked for. */
  finish(): void {
    this.ending = true;
    this.flush();
  }

  closed(): void {
    const { timers } = this.server;
    this.stream = undefined;
    this.stopMessageTimer();
    if (this.idleTimer !== undefined) timers.cancel(this.idleTimer);
    if (this.client !== undefined) this.server.connections.giveClient(this.client);
  }

  /** Returns where the data begins, or a negative number while or because there is none. */
  private readProxyHeader(bytes: Uint8Array): number {
    const header = this.proxyHeader!;
    const end = header.read(bytes);
    if (end === PROXY_BROKEN) this.stream?.terminate();
    if (end < 0) return end;
    this.proxyHeader = undefined;
    if (header.address !== undefined) this.address = header.address;
    this.admit();
    return end;
  }

  /** Now that the client is known: has it too many connections already? */
  private admit(): void {
    const client = clientOf(this.address);
    if (this.server.connections.takeClient(client)) {
      this.client = client;
      return;
    }
    this.server.counters.count(COUNTER.connectionsRefused);
    this.stream?.terminate();
  }

  /** A message that has begun must arrive whole in time, or slow senders hold every connection. */
  private watchMessage(): void {
    const { limits, timers } = this.server;
    if (!this.reader.isPartial && this.proxyHeader === undefined) {
      this.stopMessageTimer();
    } else if (this.messageTimer === undefined && this.stream !== undefined) {
      const expire = (): void => this.timeOut();
      this.messageTimer = timers.schedule(limits.messageTimeoutMs, { expire });
    }
  }

  private stopMessageTimer(): void {
    if (this.messageTimer !== undefined) this.server.timers.cancel(this.messageTimer);
    this.messageTimer = undefined;
  }

  private scheduleIdle(delayMs: number): void {
    this.idleTimer = this.server.timers.schedule(delayMs, { expire: () => this.checkIdle() });
  }

  private checkIdle(): void {
    const { idleTimeoutMs } = this.server.limits;
    const idleMs = monotonicMs() - this.lastActivityMs;
    if (this.waiting > 0) this.scheduleIdle(idleTimeoutMs);
    else if (idleMs < idleTimeoutMs) this.scheduleIdle(idleTimeoutMs - idleMs);
    else this.timeOut();
  }

  private timeOut(): void {
    this.server.counters.count(COUNTER.connectionsTimedOut);
    if (this.queue.length > 0 || this.reader.isPartial) this.stream?.terminate();
    else this.stream?.end();
  }
}
