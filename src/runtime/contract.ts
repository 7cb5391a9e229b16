// What Hermod needs of a JavaScript runtime, and nothing else. One file a runtime implements this
// (bun.ts, deno.ts), in the order of this file; docs/runtimes.md says what each can't do. Nothing
// outside this folder names a runtime.
//
// Ownership of buffers: bytes handed to a handler belong to the runtime and are valid only until the
// handler returns; bytes handed to send() and write() may be reused by the caller as soon as the call
// returns.

/** An address to bind or to reach. `host` is an IPv4 or IPv6 address in text form, never a name. */
export interface Endpoint {
  readonly host: string;
  /** 0–65535; 0 lets the kernel choose when binding. */
  readonly port: number;
}

// ── UDP ─────────────────────────────────────────────────────────────────────────────────────────

export interface UdpHandler {
  /** One datagram. `truncated`: it was longer than the receive buffer. */
  datagram(
    socket: UdpSocket,
    bytes: Uint8Array,
    port: number,
    address: string,
    truncated: boolean,
  ): void;
  /** An asynchronous socket error (ICMP unreachable …). The socket stays open. */
  error(socket: UdpSocket, error: Error): void;
}

export interface UdpOptions {
  /** Where to bind; 0.0.0.0 and :: are for the caller to expand (see listener/udp-portable). */
  readonly local: Endpoint;
  /** Connects the socket: the kernel, or the runtime where it can't, drops what comes from others. */
  readonly remote?: Endpoint;
}

export interface UdpSocket {
  /** Where it is bound, with the port the kernel chose. */
  readonly local: Endpoint;
  /** False when the kernel's buffer was full or the destination refused: the datagram is lost. */
  send(bytes: Uint8Array, port: number, address: string): boolean;
  close(): void;
}

// ── Streams: TCP and TLS over TCP ───────────────────────────────────────────────────────────────

export interface StreamHandler<Context> {
  /**
   * A TLS connection was accepted and its handshake begins, where the runtime tells; close() follows
   * even if open() never does. Streams without TLS go straight to open().
   */
  accepted?(stream: Stream<Context>): void;
  /** Ready to write: connected, and over TLS with the handshake done and the other side verified. */
  open(stream: Stream<Context>): void;
  data(stream: Stream<Context>, bytes: Uint8Array): void;
  /** There is room again after a short write(); it may come without one, too. */
  drain(stream: Stream<Context>): void;
  /**
   * The other side has sent all it will and still reads. Whoever implements this calls end() in the
   * end; without it the stream closes at once.
   */
  ended?(stream: Stream<Context>): void;
  /**
   * The last event, exactly once: also when connecting failed, but not for an accepted stream that
   * the handler never heard of. It may come from within end() and terminate(). No error: either side ended it.
   */
  close(stream: Stream<Context>, error: Error | undefined): void;
}

export interface Stream<Context> {
  /** The owner's state for this connection. */
  context: Context;
  readonly remote: Endpoint;
  /** The server name the client sent (SNI), when this is an accepted TLS stream. */
  serverName(): string | undefined;
  /**
   * Bytes taken, from 0 to `length`; 0 before open(), -1 after end() and when closed. What was not
   * taken is the caller's to keep.
   */
  write(bytes: Uint8Array, offset: number, length: number): number;
  /**
   * Finishes what was taken, then closes; the other side gets a moment to do the same. No event but
   * close() follows. Before open() it is terminate().
   */
  end(): void;
  /** Closes at once, with a reset. */
  terminate(): void;
}

/** Sessions are resumed between connections that are given the same object. */
export interface ConnectTls {
  /**
   * What the certificate must name: a DNS name (also sent as SNI) or the address that is connected
   * to (never sent). Only subject alternative names count, never the common name (RFC 9525).
   */
  readonly authenticationName: string;
  /** Trust anchors, PEM. They replace the system's. */
  readonly ca?: string;
  /** ALPN protocol ids, e.g. ["dot"]. A server that does not speak ALPN is accepted. */
  readonly alpn: readonly string[];
}

export interface ConnectOptions<Context> {
  readonly remote: Endpoint;
  readonly tls?: ConnectTls;
  readonly context: Context;
}

export interface ServerTls {
  /** PEM chain and PEM key. */
  readonly certificate: string;
  readonly key: string;
  readonly alpn: readonly string[];
}

export interface ListenOptions<Context> {
  readonly local: Endpoint;
  readonly tls?: ServerTls;
  /** Lets another listener bind the same port, to change over without losing a connection. */
  readonly reusePort: boolean;
  /** Makes the state of an accepted connection, before open(). */
  readonly contextFor: () => Context;
}

export interface StreamListener {
  readonly local: Endpoint;
  /** Stops accepting; live connections stay. */
  stop(): void;
}

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────

export interface HttpOptions {
  readonly local: Endpoint;
  /** PEM chain and PEM key; without them HTTP in the clear. */
  readonly tls?: Pick<ServerTls, "certificate" | "key">;
  /**
   * HTTP/2 beside HTTP/1.1: over TLS by ALPN, in the clear by prior knowledge. By default off, where
   * the runtime lets.
   */
  readonly http2?: boolean;
  /** HTTP/3 on the same port over UDP, where the runtime can. Needs `tls`. By default off. */
  readonly http3?: boolean;
  /** As in ListenOptions. By default off. */
  readonly reusePort?: boolean;
  /**
   * What a request's body may have. More than that is answered with a bare 413 or, over HTTP/2 or when
   * its length was not declared, ends the request: reading its body then rejects. Default 128 KiB.
   */
  readonly maxBodyBytes?: number;
  /**
   * A connection on which nothing comes is closed after this long, in steps of some seconds. Over
   * HTTP/1.1 also a request that is not whole by then; over others that is for the handler to watch.
   * Default 10 s, at most 255 s. Not on a runtime without time-outs for HTTP.
   */
  readonly idleTimeoutMs?: number;
  /**
   * Answers a request from the address `remote`. Should not throw or reject; what does becomes a bare
   * 500. The body of a response to HEAD is left out, its length is shown. The response waits for a
   * request's body that was not read, idleTimeoutMs at most.
   */
  readonly fetch: (request: Request, remote: string) => Response | Promise<Response>;
}

export interface HttpListener {
  readonly local: Endpoint;
  /** Asks HTTP/1.1 clients to leave: each response from now on is the last of its connection. */
  retire(): void;
  /** Accepts nothing more; resolves when the requests in flight have been answered. */
  stop(): Promise<void>;
  /** Ends what is left at once. */
  closeAll(): void;
}

// ── The whole ───────────────────────────────────────────────────────────────────────────────────

export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Rejects with a HermodError: ADDRESS_IN_USE, ADDRESS_NOT_AVAILABLE, PERMISSION_DENIED, BIND_FAILED. */
  openUdp(options: UdpOptions, handler: UdpHandler): Promise<UdpSocket>;
  /** Never throws: what fails arrives at handler.close(), later. Gives up only by terminate(). */
  connect<Context>(
    options: ConnectOptions<Context>,
    handler: StreamHandler<Context>,
  ): Stream<Context>;
  /** Throws a HermodError, as openUdp(). */
  listen<Context>(options: ListenOptions<Context>, handler: StreamHandler<Context>): StreamListener;
  /** Throws a HermodError, as openUdp(). */
  serveHttp(options: HttpOptions): HttpListener;
  /** Addresses of this machine's interfaces, IPv4 and IPv6; not those that need a scope (fe80::). */
  localAddresses(): string[];
  /** Calls back on SIGTERM and SIGINT, once each. */
  onStopSignal(callback: (signal: string) => void): void;
}
