// One connection on Bun, as the contract's stream. The socket handlers in bun.ts call it; it sees to it
// that its owner hears of the close exactly once, and of nothing before the other side is verified.

import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { ConnectTls, Endpoint, Stream, StreamHandler } from "./contract.ts";

/** end() waits for the other side's farewell, but not for ever. */
const FAREWELL_TIMEOUT_MS = 2000;

export type BunSocket = Bun.Socket<BunStream<unknown>>;

export class BunStream<Context> implements Stream<Context> {
  context: Context;
  remote: Endpoint;
  private readonly handler: StreamHandler<Context>;
  /** The client's side of TLS. */
  private readonly tls: ConnectTls | undefined;
  /** The owner knows of this stream, and so must hear of its close. */
  private isKnown: boolean;
  private socket: BunSocket | undefined;
  private isOpen = false;
  private isEnding = false;
  private isClosed = false;
  private hasSession = false;
  private reason: Error | undefined;

  constructor(
    context: Context,
    remote: Endpoint,
    handler: StreamHandler<Context>,
    accepted: boolean,
    tls?: ConnectTls,
  ) {
    this.context = context;
    this.remote = remote;
    this.handler = handler;
    this.isKnown = !accepted;
    this.tls = tls;
  }

  serverName(): string | undefined {
    return this.socket?.getServername?.();
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.isClosed || this.isEnding) return -1;
    return this.isOpen ? this.socket!.write(bytes, offset, length) : 0;
  }

  end(): void {
    if (!this.isOpen) return this.terminate();
    if (this.isEnding || this.isClosed) return;
    this.isEnding = true;
    // Not end(): over TLS Bun then lets go of the socket, which can't be closed any more.
    this.socket!.shutdown();
    if (!this.isClosed) setTimeout(() => this.terminate(), FAREWELL_TIMEOUT_MS).unref();
  }

  terminate(): void {
    if (this.isClosed) return;
    this.isEnding = true;
    if (this.socket === undefined) this.closed(undefined);
    else this.socket.terminate();
  }

  // What follows is for the socket handlers.

  /** The TCP connection is there. False when terminate() came first. */
  connected(socket: BunSocket): boolean {
    if (this.isClosed) socket.terminate();
    else this.socket = socket;
    return !this.isClosed;
  }

  opened(): void {
    this.isOpen = true;
    this.isKnown = true;
    this.handler.open(this);
  }

  handshakeBegins(): void {
    if (!this.isKnown && this.handler.accepted !== undefined) {
      this.isKnown = true;
      return this.handler.accepted(this);
    }
    const session = this.tls === undefined ? undefined : sessions.get(this.tls);
    if (session !== undefined) this.socket!.setSession(session);
  }

  handshakeDone(success: boolean, error: Error | null): void {
    if (this.isEnding) return;
    this.socket!.timeout(0);
    if (!success) return this.fail(error ?? new Error("TLS handshake failed"));
    if (this.tls === undefined) return this.opened();
    const fault = identityFault(this.socket!.getPeerX509Certificate(), this.tls.authenticationName);
    if (fault === undefined) this.opened();
    else this.fail(new Error(fault));
  }

  received(bytes: Uint8Array): void {
    // TLS 1.3 sends its tickets after the handshake.
    if (this.tls !== undefined && !this.hasSession) this.keepSession(this.tls);
    if (!this.isEnding) this.handler.data(this, bytes);
  }

  drained(): void {
    if (this.isOpen && !this.isEnding) this.handler.drain(this);
  }

  ended(): void {
    if (this.isOpen && !this.isEnding) this.handler.ended?.(this);
  }

  fail(error: Error): void {
    this.reason ??= error;
    this.terminate();
  }

  closed(error: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.isKnown) this.handler.close(this, this.reason ?? error);
  }

  private keepSession(tls: ConnectTls): void {
    this.hasSession = true;
    const session: unknown = this.socket!.getSession();
    if (session instanceof Uint8Array) sessions.set(tls, session);
  }
}

const sessions = new WeakMap<ConnectTls, Uint8Array<ArrayBufferLike>>();

/** Bun has verified the chain and a name; this adds what it lets pass: names in the subject only. */
function identityFault(certificate: X509Certificate, name: string): string | undefined {
  const found =
    isIP(name) === 0
      ? certificate.checkHost(name, { subject: "never", partialWildcards: false })
      : certificate.checkIP(name);
  if (found !== undefined) return undefined;
  return `the certificate is not for ${name} but for ${certificate.subjectAltName ?? "no name at all"}`;
}
