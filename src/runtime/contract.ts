// What Hermod needs of a JavaScript runtime, and nothing else. One file a runtime implements this
// (bun.ts), in the order of this file. Nothing outside this folder names a runtime.
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
  /** Connects the socket: the kernel then drops datagrams from any other source. */
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
  /** Ready to write: connected, and over TLS authenticated with the ALPN protocol agreed. */
  open(stream: Stream<Context>): void;
  data(stream: Stream<Context>, bytes: Uint8Array): void;
  /** After a short write(): there is room again. */
  drain(stream: Stream<Context>): void;
  /** The last event, exactly once, also when the connection never opened. */
  close(stream: Stream<Context>, error: Error | undefined): void;
}

export interface Stream<Context> {
  /** The owner's state for this connection. */
  context: Context;
  readonly remote: Endpoint;
  /** The server name the client sent (SNI), when this is an accepted TLS stream. */
  serverName(): string | undefined;
  /** Bytes taken, from 0 to `length`; -1 when closed. What was not taken is the caller's to keep. */
  write(bytes: Uint8Array, offset: number, length: number): number;
  /** Finishes what was written, then closes. */
  end(): void;
  /** Closes at once. */
  terminate(): void;
}

export interface ConnectTls {
  /** What the certificate must name: a DNS name (also sent as SNI) or an IP address (never sent). */
  readonly authenticationName: string;
  /** Additional trust anchors, PEM. They replace the system's. */
  readonly ca?: string;
  /** ALPN protocol ids, e.g. ["dot"]. */
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
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface HttpListener {
  readonly local: Endpoint;
  stop(): Promise<void>;
}

// ── The whole ───────────────────────────────────────────────────────────────────────────────────

export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Rejects with a HermodError: ADDRESS_IN_USE, ADDRESS_NOT_AVAILABLE, PERMISSION_DENIED. */
  openUdp(options: UdpOptions, handler: UdpHandler): Promise<UdpSocket>;
  /** Never throws: what fails arrives at handler.close(). */
  connect<Context>(
    options: ConnectOptions<Context>,
    handler: StreamHandler<Context>,
  ): Stream<Context>;
  /** Throws a HermodError, as openUdp(). */
  listen<Context>(options: ListenOptions<Context>, handler: StreamHandler<Context>): StreamListener;
  /** Throws a HermodError, as openUdp(). */
  serveHttp(options: HttpOptions): HttpListener;
  /** Local addresses of this machine's interfaces, IPv4 and IPv6, without scopes. */
  localAddresses(): string[];
  /** Calls back on SIGTERM and SIGINT, once each. */
  onStopSignal(callback: (signal: string) => void): void;
}
