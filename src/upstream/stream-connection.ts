// One connection to an upstream, over TCP or TLS: any number of queries in flight, answered in any
// order (RFC 7766 §6.2.1.1). A query's message ID is its place in the in-flight table. What is asked
// within one tick leaves in one write. The owner hears of everything; it decides what is asked again.
//
//   connecting ──open──▶ open ──retire()──▶ retired: takes no more queries, ends with its last one
//        └──────────────────┴──────────────────┴──▶ closed

import { setImmediate } from "node:timers";
import { monotonicMs } from "../clock/monotonic.ts";
import type { Deadline, TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import type { ConnectOptions, Runtime, Stream, StreamHandler } from "../runtime/contract.ts";
import { HEADER_LENGTH } from "../wire/constants.ts";
import { copyOf } from "../wire/copy-bytes.ts";
import { FrameReader, type FrameTarget } from "../wire/frame-reader.ts";
import { read16 } from "../wire/numbers.ts";
import { answersOverStream } from "./answers-query.ts";
import { MessageIdTable } from "./message-id-table.ts";
import { QueryBuffer } from "./query-buffer.ts";
import type { QueryCarrier, StreamQuery } from "./stream-query.ts";

/** Queries that can be in flight on one connection. */
export const MAX_IN_FLIGHT = 4096;
/** For the TCP and the TLS handshake together. */
const CONNECT_TIMEOUT_MS = 2000;
/** With queries in flight and not one response for this long, the connection may be half-open. */
const STALL_MS = 1000;
/** What a retired connection has left to answer what is in flight. */
const RETIREMENT_MS = 5000;

export interface ConnectionOwner {
  /** `response` is a buffer of its own. */
  answered(
    connection: StreamConnection,
    query: StreamQuery,
    response: Uint8Array,
    nowMs: number,
  ): void;
  /** Queries are in flight, and for STALL_MS nothing has come. */
  stalled(connection: StreamConnection): void;
  /** The last event, exactly once. */
  closed(connection: StreamConnection, reason: string): void;
}

export interface ConnectionParts {
  readonly runtime: Runtime;
  readonly timers: TimingWheel;
  readonly remote: ConnectOptions<unknown>["remote"];
  readonly tls: ConnectOptions<unknown>["tls"];
  /** Queries are padded to a multiple of this; 0: not padded. */
  readonly paddingBlock: number;
  /** What is asked within one tick leaves in one write. */
  readonly joinsQueries: boolean;
}

export class StreamConnection implements QueryCarrier, FrameTarget, Deadline {
  private readonly owner: ConnectionOwner;
  private readonly timers: TimingWheel;
  private readonly paddingBlock: number;
  private readonly joinsQueries: boolean;
  private readonly stream: Stream<StreamConnection>;
  private readonly ids: MessageIdTable = new MessageIdTable(MAX_IN_FLIGHT);
  private readonly queries: (StreamQuery | undefined)[] = Array(MAX_IN_FLIGHT).fill(undefined);
  private readonly reader: FrameReader = new FrameReader();
  private readonly buffer: QueryBuffer = new QueryBuffer();
  private readonly flush: () => void = () => this.drain();
  private state: "connecting" | "open" | "retired" | "closed" = "connecting";
  private timer: TimerHandle | undefined;
  private flushScheduled = false;
  private inFlight = 0;
  /** When the bytes that are being read came. */
  private receivedMs = 0;
  /** Since when there have been queries in flight without a response. */
  private quietSinceMs = 0;
  private closeReason = "";
  /** Queries that were ever taken. */
  askedCount = 0;
  /** A response has come: the connection was good once. */
  hasAnswered = false;
  /** It was open: the handshakes succeeded. */
  hasOpened = false;

  constructor(parts: ConnectionParts, owner: ConnectionOwner) {
    const { runtime, timers, remote, tls } = parts;
    this.owner = owner;
    this.timers = timers;
    this.paddingBlock = parts.paddingBlock;
    this.joinsQueries = parts.joinsQueries;
    this.timer = timers.schedule(CONNECT_TIMEOUT_MS, this);
    const options = { remote, context: this };
    this.stream = runtime.connect(tls === undefined ? options : { ...options, tls }, HANDLER);
  }

  /** False when every ID is taken. Before the connection is open the query waits for that. */
  ask(query: StreamQuery, nowMs: number): boolean {
    const id = this.ids.take(nowMs);
    if (id < 0) return false;
    this.queries[id] = query;
    query.carrier = this;
    query.id = id;
    query.attempts++;
    this.askedCount++;
    this.buffer.push(query.query, id, this.paddingBlock);
    if (this.inFlight++ === 0) this.quietSinceMs = nowMs;
    if (this.state === "open") this.write();
    return true;
  }

  forget(id: number): void {
    if (this.queries[id] === undefined) return;
    this.queries[id] = undefined;
    this.ids.rest(id, monotonicMs());
    this.left();
  }

  /** What is in flight, in the order of the IDs. */
  inFlightQueries(): StreamQuery[] {
    return this.queries.filter((query) => query !== undefined);
  }

  /** The owner asks nothing more here; what is in flight may still be answered. */
  retire(): void {
    this.state = "retired";
    this.watch(RETIREMENT_MS);
  }

  terminate(reason: string): void {
    this.closeReason ||= reason;
    this.stream.terminate();
  }

  expire(): void {
    this.timer = undefined;
    if (this.state === "closed") return;
    if (this.state === "connecting")
      this.terminate(`no connection within ${CONNECT_TIMEOUT_MS} ms`);
    else if (this.state === "retired") this.terminate("no response in time");
    else if (this.inFlight > 0) this.checkStall();
  }

  frame(bytes: Uint8Array, offset: number, length: number): void {
    if (this.state === "closed") return;
    if (length < HEADER_LENGTH) return this.terminate("malformed message");
    const id = read16(bytes, offset);
    const query = this.queries[id];
    if (query === undefined) return this.lateResponse(id);
    const response = copyOf(bytes, offset, length);
    if (!answersOverStream(query.query, response)) return;
    this.quietSinceMs = this.receivedMs;
    this.hasAnswered = true;
    this.queries[id] = undefined;
    this.ids.release(id);
    this.owner.answered(this, query, response, this.receivedMs);
    this.left();
  }

  // What follows is for the stream's handler.

  opened(): void {
    this.hasOpened = true;
    this.state = "open";
    this.quietSinceMs = monotonicMs();
    this.stopWatching();
    this.drain();
  }

  received(bytes: Uint8Array): void {
    this.receivedMs = monotonicMs();
    this.reader.read(bytes, this);
  }

  drain(): void {
    this.flushScheduled = false;
    if (this.state === "closed") return; // in the same tick as the flush was wanted
    this.buffer.flush(this.stream);
    if (this.inFlight > 0 && this.timer === undefined) this.watch(STALL_MS);
  }

  closed(error: Error | undefined): void {
    this.state = "closed";
    this.stopWatching();
    this.owner.closed(this, this.closeReason || error?.message || "closed by the other side");
    this.inFlight = 0;
  }

  private write(): void {
    if (!this.joinsQueries) return this.drain();
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    // Not a microtask: those run between two datagrams that arrived together.
    setImmediate(this.flush);
  }

  private lateResponse(id: number): void {
    if (id >= MAX_IN_FLIGHT || !this.ids.isResting(id)) return;
    this.ids.wake(id);
    this.quietSinceMs = this.receivedMs;
  }

  /** One query less in flight. */
  private left(): void {
    this.inFlight--;
    if (this.inFlight === 0 && this.state === "retired") this.terminate("retired");
  }

  private checkStall(): void {
    const quietMs = monotonicMs() - this.quietSinceMs;
    if (quietMs >= STALL_MS) this.owner.stalled(this);
    else this.watch(STALL_MS - quietMs);
  }

  private watch(delayMs: number): void {
    this.stopWatching();
    this.timer = this.timers.schedule(delayMs, this);
  }

  private stopWatching(): void {
    if (this.timer !== undefined) this.timers.cancel(this.timer);
    this.timer = undefined;
  }
}

const HANDLER: StreamHandler<StreamConnection> = {
  open: (stream) => stream.context.opened(),
  data: (stream, bytes) => stream.context.received(bytes),
  drain: (stream) => stream.context.drain(),
  close: (stream, error) => stream.context.closed(error),
};
