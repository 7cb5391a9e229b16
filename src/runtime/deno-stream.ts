// One connection on Deno, as the contract's stream, over a socket of node:net or node:tls. Its owner
// hears of the close exactly once, and of nothing before the other side is verified.

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Endpoint, Stream, StreamHandler } from "./contract.ts";

/** end() waits for the other side's farewell, but not for ever. */
const FAREWELL_TIMEOUT_MS = 2000;

export class DenoStream<Context> implements Stream<Context> {
  context: Context;
  readonly remote: Endpoint;
  private readonly handler: StreamHandler<Context>;
  /** The owner knows of this stream, and so must hear of its close. */
  private isKnown: boolean;
  private socket: Socket | undefined;
  private isOpen = false;
  private isEnding = false;
  private isClosed = false;
  private reason: Error | undefined;

  constructor(
    context: Context,
    remote: Endpoint,
    handler: StreamHandler<Context>,
    accepted: boolean,
  ) {
    this.context = context;
    this.remote = remote;
    this.handler = handler;
    this.isKnown = !accepted;
  }

  serverName(): string | undefined {
    const name: unknown = (this.socket as TLSSocket | undefined)?.servername;
    return typeof name === "string" ? name : undefined;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.isClosed || this.isEnding) return -1;
    if (!this.isOpen) return 0;
    const socket = this.socket!;
    let taken = 0;
    // What the socket can't write at once it keeps in memory, so it gets no more than makes it promise
    // a drain, and bytes of its own.
    while (taken < length && !socket.writableNeedDrain) {
      const count = Math.min(length - taken, socket.writableHighWaterMark);
      const start = offset + taken;
      socket.write(bytes.slice(start, start + count));
      taken += count;
    }
    return taken;
  }

  end(): void {
    if (!this.isOpen) return this.terminate();
    if (this.isEnding || this.isClosed) return;
    this.isEnding = true;
    this.socket!.end();
    if (!this.isClosed) setTimeout(() => this.terminate(), FAREWELL_TIMEOUT_MS).unref();
  }

  terminate(): void {
    if (this.isClosed) return;
    this.isEnding = true;
    // Over TLS Deno's node:tls owns the TCP socket and can only close it, without a reset.
    if (this.isOpen && !("encrypted" in this.socket!)) this.socket!.resetAndDestroy();
    else this.socket?.destroy();
    this.closed();
  }

  // What follows is for deno.ts.

  /** The TCP connection over which a handshake is to come. */
  handshakeBegins(socket: Socket): void {
    this.socket = socket;
    if (this.handler.accepted === undefined) return;
    this.isKnown = true;
    this.handler.accepted(this);
  }

  /** Takes the socket, on which `readyEvent` tells that it is open; none if it is open already. */
  attach(socket: Socket, readyEvent?: "connect" | "secureConnect"): void {
    if (this.isClosed) return void socket.destroy();
    this.socket = socket;
    socket.on("data", (bytes: Uint8Array) => this.received(bytes));
    socket.on("drain", () => this.drained());
    socket.on("end", () => this.ended());
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.closed());
    if (readyEvent === undefined) this.opened();
    else socket.once(readyEvent, () => this.opened());
  }

  /** Ends it for this reason, before or after it has opened. */
  fail(error: Error): void {
    this.reason ??= error;
    this.terminate();
  }

  closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.isKnown) this.handler.close(this, this.reason);
  }

  private opened(): void {
    if (this.isClosed) return;
    this.isOpen = true;
    this.isKnown = true;
    this.handler.open(this);
  }

  /** Hands on a plain Uint8Array: slice() of node's Buffer does not copy. */
  private received({ buffer, byteOffset, length }: Uint8Array): void {
    if (!this.isEnding) this.handler.data(this, new Uint8Array(buffer, byteOffset, length));
  }

  private drained(): void {
    if (this.isOpen && !this.isEnding) this.handler.drain(this);
  }

  private ended(): void {
    if (this.isOpen && !this.isEnding) this.handler.ended?.(this);
  }
}
