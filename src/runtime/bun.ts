// The runtime's contract on Bun, in the contract's order. All TCP sockets share one handler object,
// and all TLS sockets another; a Bun socket's `data` holds its BunStream.

import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { afterBody, hasUnreadBody } from "./after-body.ts";
import { bindError } from "./bind-error.ts";
import { type BunSocket, BunStream } from "./bun-stream.ts";
import type {
  ConnectOptions,
  ConnectTls,
  Endpoint,
  HttpListener,
  HttpOptions,
  ListenOptions,
  Runtime,
  Stream,
  StreamHandler,
  StreamListener,
  UdpHandler,
  UdpOptions,
  UdpSocket,
} from "./contract.ts";
import { RetiringFetch } from "./retiring-fetch.ts";

// ── UDP ─────────────────────────────────────────────────────────────────────────────────────────

type UdpSocketHandler = Bun.udp.SocketHandler<"uint8array"> &
  Bun.udp.ConnectedSocketHandler<"uint8array">;

class BunUdpSocket implements UdpSocket {
  local: Endpoint = { host: "", port: 0 };
  private readonly handler: UdpHandler;
  private free: Bun.udp.Socket<"uint8array"> | undefined;
  private connected: Bun.udp.ConnectedSocket<"uint8array"> | undefined;

  constructor(handler: UdpHandler) {
    this.handler = handler;
  }

  async open({ local, remote }: UdpOptions): Promise<void> {
    const socket = this.socketHandler();
    const options = {
      hostname: local.host,
      port: local.port,
      binaryType: "uint8array",
      socket,
    } as const;
    if (remote === undefined) {
      this.free = await Bun.udpSocket(options);
    } else {
      const connect = { hostname: remote.host, port: remote.port };
      this.connected = await Bun.udpSocket({ ...options, connect });
    }
    const { address, port } = (this.free ?? this.connected!).address;
    this.local = { host: address, port };
  }

  send(bytes: Uint8Array, port: number, address: string): boolean {
    try {
      return this.connected?.send(bytes) ?? this.free!.send(bytes, port, address);
    } catch {
      return false;
    }
  }

  close(): void {
    this.free?.close();
    this.connected?.close();
  }

  private socketHandler(): UdpSocketHandler {
    return {
      data: (_socket, bytes, port, address, flags) =>
        this.handler.datagram(this, bytes, port, address, flags.truncated),
      // Bun passes the error alone, where its types promise the socket before it.
      error: (first: unknown, second?: unknown) =>
        this.handler.error(this, (second ?? first) as Error),
    };
  }
}

async function openUdp(options: UdpOptions, handler: UdpHandler): Promise<UdpSocket> {
  const socket = new BunUdpSocket(handler);
  try {
    await socket.open(options);
    return socket;
  } catch (error) {
    throw bindError(error, options.local);
  }
}

// ── Streams: TCP and TLS over TCP ───────────────────────────────────────────────────────────────

/** An accepted connection that has not finished its handshake by then is closed. Multiple of 4. */
const HANDSHAKE_TIMEOUT_S = 8;

/** What an accepted socket's `data` holds until open(): how to make a stream of it. */
class Acceptor<Context> {
  private readonly options: ListenOptions<Context>;
  private readonly handler: StreamHandler<Context>;

  constructor(options: ListenOptions<Context>, handler: StreamHandler<Context>) {
    this.options = options;
    this.handler = handler;
  }

  accept(socket: BunSocket): BunStream<Context> {
    const remote = { host: socket.remoteAddress, port: socket.remotePort };
    return new BunStream(this.options.contextFor(), remote, this.handler, true);
  }
}

/** The socket's stream, made on the spot for an accepted socket; none if it is not wanted any more. */
function streamOf(socket: BunSocket): BunStream<unknown> | undefined {
  const data: unknown = socket.data;
  const stream = data instanceof Acceptor ? data.accept(socket) : socket.data;
  socket.data = stream;
  return stream.connected(socket) ? stream : undefined;
}

const TCP_SOCKET: Bun.SocketHandler<BunStream<unknown>> = {
  binaryType: "uint8array",
  open: (socket) => streamOf(socket)?.opened(),
  data: (socket, bytes: Uint8Array) => socket.data.received(bytes),
  drain: (socket) => socket.data.drained(),
  end: (socket) => socket.data.ended(),
  error: (socket, error) => socket.data.fail(error),
  close: (socket, error) => socket.data.closed(error),
  connectError: (socket, error) => socket.data.closed(error),
  timeout: (socket) => socket.data.fail(new Error("no TLS handshake in time")),
};

const TLS_SOCKET: Bun.SocketHandler<BunStream<unknown>> = {
  ...TCP_SOCKET,
  open: startHandshake,
  handshake: (socket, success, error) => socket.data.handshakeDone(success, error),
};

function startHandshake(socket: BunSocket): void {
  const stream = streamOf(socket);
  if (stream === undefined) return;
  socket.timeout(HANDSHAKE_TIMEOUT_S);
  stream.handshakeBegins();
}

function connect<Context>(
  { remote, tls, context }: ConnectOptions<Context>,
  handler: StreamHandler<Context>,
): Stream<Context> {
  const stream = new BunStream(context, remote, handler, false, tls);
  const options = {
    hostname: remote.host,
    port: remote.port,
    data: stream as BunStream<unknown>,
  };
  try {
    if (tls === undefined) void Bun.connect({ ...options, socket: TCP_SOCKET });
    else void Bun.connect({ ...options, socket: TLS_SOCKET, tls: connectTls(tls) });
  } catch (error) {
    queueMicrotask(() => stream.closed(error as Error));
  }
  return stream;
}

function connectTls({ authenticationName, ca, alpn }: ConnectTls): Bun.TLSOptions {
  return {
    // An empty name sends none, and Bun then checks for the address (RFC 6066 §3).
    serverName: isIP(authenticationName) === 0 ? authenticationName : "",
    rejectUnauthorized: true,
    ALPNProtocols: alpnList(alpn),
    ca,
  };
}

/** In wire form: each protocol id with its length before it (RFC 7301 §3.1). */
function alpnList(protocols: readonly string[]): string {
  return protocols.map((protocol) => String.fromCharCode(protocol.length) + protocol).join("");
}

function listen<Context>(
  options: ListenOptions<Context>,
  handler: StreamHandler<Context>,
): StreamListener {
  const { local, tls, reusePort } = options;
  const common = {
    hostname: local.host,
    port: local.port,
    reusePort,
    allowHalfOpen: handler.ended !== undefined,
    data: new Acceptor(options, handler) as unknown as BunStream<unknown>,
  };
  try {
    const listener =
      tls === undefined
        ? Bun.listen({ ...common, socket: TCP_SOCKET })
        : Bun.listen({
            ...common,
            socket: TLS_SOCKET,
            tls: { cert: tls.certificate, key: tls.key, ALPNProtocols: alpnList(tls.alpn) },
          });
    return {
      local: { host: listener.hostname, port: listener.port },
      stop: () => listener.stop(false),
    };
  } catch (error) {
    throw bindError(error, local);
  }
}

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────

const DEFAULT_MAX_BODY_BYTES = 128 << 10;
const DEFAULT_HTTP_IDLE_MS = 10_000;
/** What Bun's idle time-out can hold. */
const MAX_HTTP_IDLE_S = 255;

function serveHttp(options: HttpOptions): HttpListener {
  const fetch = new RetiringFetch(options.fetch);
  try {
    const server = Bun.serve(serveOptions({ ...options, fetch: fetch.answer }));
    return {
      local: { host: options.local.host, port: server.port! },
      retire: () => fetch.retire(),
      stop: () => server.stop(false),
      closeAll: () => void server.stop(true),
    };
  } catch (error) {
    throw bindError(error, options.local);
  }
}

function serveOptions(options: HttpOptions): Bun.Serve.Options<undefined> {
  const { fetch, idleTimeoutMs = DEFAULT_HTTP_IDLE_MS, local, tls } = options;
  return {
    hostname: local.host,
    port: local.port,
    http2: options.http2 ?? false,
    http3: options.http3 ?? false,
    reusePort: options.reusePort ?? false,
    maxRequestBodySize: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    idleTimeout: Math.min(MAX_HTTP_IDLE_S, Math.ceil(idleTimeoutMs / 1000)),
    // Else errors are shown to clients, with the source that threw them.
    development: false,
    ...(tls && { tls: { cert: tls.certificate, key: tls.key } }),
    fetch: (request, server) => {
      const response = fetch(request, server.requestIP(request)?.address ?? UNKNOWN);
      // A response that comes before the request's body is lost over HTTP/2: Bun resets the stream.
      return hasUnreadBody(request) ? afterBody(request, response, idleTimeoutMs) : response;
    },
    error: () => new Response(null, { status: 500 }),
  };
}

/** Of a client that was gone before its request was looked at. */
const UNKNOWN = "::";

// ── The whole ───────────────────────────────────────────────────────────────────────────────────

function localAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return found.filter(({ scopeid }) => !scopeid).map(({ address }) => address);
}

function onStopSignal(callback: (signal: string) => void): void {
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => callback(signal));
}

export const bun: Runtime = {
  name: "bun",
  version: Bun.version,
  openUdp,
  connect,
  listen,
  serveHttp,
  localAddresses,
  onStopSignal,
};
