// The runtime's contract on Deno, in the contract's order. Datagrams and HTTP come from Deno itself,
// streams from node:net and node:tls, which can reset a connection, leave a side open, and see SNI.

import * as net from "node:net";
import { networkInterfaces } from "node:os";
import process from "node:process";
import * as tls from "node:tls";
import { bindError } from "./bind-error.ts";
import type {
  ConnectOptions,
  ConnectTls,
  Endpoint,
  HttpListener,
  HttpOptions,
  ListenOptions,
  Runtime,
  ServerTls,
  Stream,
  StreamHandler,
  StreamListener,
  UdpHandler,
  UdpOptions,
  UdpSocket,
} from "./contract.ts";
import { type DenoAddress, denoApi, type DenoDatagrams, type DenoHttpServer } from "./deno-api.ts";
import { AwaitedResponses, denoHandler } from "./deno-http.ts";
import { DenoStream } from "./deno-stream.ts";
import { RetiringFetch } from "./retiring-fetch.ts";

// ── UDP ─────────────────────────────────────────────────────────────────────────────────────────

/** The largest datagram over IPv4 (RFC 791 §3.1), in bytes. */
const MAX_DATAGRAM = 65_507;
/** A datagram that fills this counts as truncated. */
const RECEIVE_CAPACITY = 8192;
/** Of one socket; beyond it datagrams are dropped instead of kept. */
const MAX_UNSENT = 1000;

class DenoUdpSocket implements UdpSocket {
  readonly local: Endpoint;
  private readonly handler: UdpHandler;
  private readonly socket: DenoDatagrams;
  /** Deno can't connect a UDP socket, so this drops what comes from others (RFC 5452 §9.1). */
  private readonly remote: Endpoint | undefined;
  private readonly isIpv6: boolean;
  private unsent = 0;
  private isClosed = false;

  constructor(socket: DenoDatagrams, remote: Endpoint | undefined, handler: UdpHandler) {
    this.local = { host: socket.addr.hostname, port: socket.addr.port };
    this.remote = remote && { host: canonical(remote.host), port: remote.port };
    this.handler = handler;
    this.socket = socket;
    this.isIpv6 = net.isIPv6(this.local.host);
    void this.receive();
  }

  send(bytes: Uint8Array, port: number, address: string): boolean {
    if (this.isClosed || this.unsent === MAX_UNSENT) return false;
    if (bytes.length > MAX_DATAGRAM || address.includes(":") !== this.isIpv6) return false;
    this.unsent++;
    // A copy: Deno may read the bytes after the caller has used them anew.
    const to: DenoAddress = { transport: "udp", hostname: address, port };
    this.socket.send(bytes.slice(), to).then(this.sent, this.sendFailed);
    return true;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.close();
  }

  private readonly sent = (): void => void this.unsent--;

  private readonly sendFailed = (error: Error): void => {
    this.unsent--;
    if (!this.isClosed) this.handler.error(this, error);
  };

  private async receive(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_CAPACITY);
    while (!this.isClosed) {
      try {
        const [bytes, from] = await this.socket.receive(buffer);
        if (!this.isWanted(from)) continue;
        const truncated = bytes.length === RECEIVE_CAPACITY;
        this.handler.datagram(this, bytes, from.port, from.hostname, truncated);
      } catch (error) {
        if (!this.isClosed) this.handler.error(this, error as Error);
      }
    }
  }

  private isWanted({ hostname, port }: DenoAddress): boolean {
    const { remote } = this;
    if (remote === undefined) return true;
    return port === remote.port && canonical(hostname) === remote.host;
  }
}

/** One spelling for each address. */
function canonical(host: string): string {
  return net.isIPv6(host) ? new URL(`http://[${host}]`).hostname : host;
}

async function openUdp({ local, remote }: UdpOptions, handler: UdpHandler): Promise<UdpSocket> {
  try {
    const { host: hostname, port } = local;
    const socket = listenDatagram({ transport: "udp", hostname, port });
    return new DenoUdpSocket(socket, remote, handler);
  } catch (error) {
    throw bindError(error, local);
  }
}

function listenDatagram(options: DenoAddress): DenoDatagrams {
  if (denoApi.listenDatagram !== undefined) return denoApi.listenDatagram(options);
  throw new Error("Deno needs to be told --unstable-net, or to be run where deno.json says so");
}

// ── Streams: TCP and TLS over TCP ───────────────────────────────────────────────────────────────

/** An accepted connection that has not finished its handshake by then is closed. */
const HANDSHAKE_TIMEOUT_MS = 8000;
/** libuv's UV_TCP_REUSEPORT, which Deno's node:net understands. */
const REUSE_PORT = 4;

function connect<Context>(
  { remote, tls: options, context }: ConnectOptions<Context>,
  handler: StreamHandler<Context>,
): Stream<Context> {
  const stream = new DenoStream(context, remote, handler, false);
  const common = { ...remote, noDelay: true, allowHalfOpen: handler.ended !== undefined };
  try {
    if (options === undefined) stream.attach(net.connect(common), "connect");
    else stream.attach(tls.connect({ ...common, ...connectTls(options) }), "secureConnect");
  } catch (error) {
    queueMicrotask(() => stream.fail(error as Error));
  }
  return stream;
}

function connectTls({ authenticationName, ca, alpn }: ConnectTls): tls.ConnectionOptions {
  return {
    // Without a name none is sent, and the address is checked (RFC 6066 §3).
    ...(net.isIP(authenticationName) === 0 && { servername: authenticationName }),
    ...(ca !== undefined && { ca }),
    rejectUnauthorized: true,
    ALPNProtocols: [...alpn],
    checkServerIdentity: (_host, { subjectaltname }) =>
      checkIdentity(authenticationName, subjectaltname),
  };
}

/** Without a subject, so that its common name can't count, and without partial wildcards. */
function checkIdentity(name: string, subjectaltname: string | undefined): Error | undefined {
  const names = (subjectaltname ?? "").split(", ");
  const strict = names.filter((entry) => !/^DNS:(?!\*\.)[^.]*\*/.test(entry)).join(", ");
  const certificate = { subject: {}, subjectaltname: strict } as tls.PeerCertificate;
  return tls.checkServerIdentity(name, certificate);
}

function listen<Context>(
  options: ListenOptions<Context>,
  handler: StreamHandler<Context>,
): StreamListener {
  const server =
    options.tls === undefined
      ? tcpServer(options, handler)
      : tlsServer(options, options.tls, handler);
  const local = bind(server, options.local, options.reusePort);
  return { local, stop: () => void server.close() };
}

function tcpServer<Context>(
  options: ListenOptions<Context>,
  handler: StreamHandler<Context>,
): net.Server {
  return net.createServer(socketOptions(handler), (socket) =>
    acceptedStream(socket, options, handler).attach(socket),
  );
}

/** A TLS socket is known by its remote address until it takes the place of its TCP socket. */
function tlsServer<Context>(
  options: ListenOptions<Context>,
  { certificate: cert, key, alpn }: ServerTls,
  handler: StreamHandler<Context>,
): net.Server {
  const shaking = new Map<string, DenoStream<Context>>();
  const server = tls.createServer({
    ...socketOptions(handler),
    ...{ cert, key, ALPNProtocols: [...alpn], handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
  });
  server.on("connection", (socket: net.Socket) => {
    const stream = acceptedStream(socket, options, handler);
    const name = remoteName(socket);
    shaking.set(name, stream);
    socket.on("error", () => {});
    socket.on("close", () => shaking.delete(name) && stream.closed());
    stream.handshakeBegins(socket);
  });
  server.on("secureConnection", (socket) => {
    const name = remoteName(socket);
    const stream = shaking.get(name);
    shaking.delete(name);
    if (stream === undefined) socket.destroy();
    else stream.attach(socket);
  });
  // Also when the handshake takes too long: Deno leaves the closing to us.
  server.on("tlsClientError", (_error, socket) => void socket.destroy());
  return server;
}

function socketOptions({ ended }: StreamHandler<never>): net.ServerOpts {
  return { noDelay: true, allowHalfOpen: ended !== undefined };
}

function acceptedStream<Context>(
  { remoteAddress: host = "", remotePort: port = 0 }: net.Socket,
  options: ListenOptions<Context>,
  handler: StreamHandler<Context>,
): DenoStream<Context> {
  return new DenoStream(options.contextFor(), { host, port }, handler, true);
}

function remoteName({ remoteAddress, remotePort }: net.Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** What Node has too, undocumented: a bound handle at once, or the number of an error. */
const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle(
    host: string,
    port: number,
    family: 4 | 6,
    fd: undefined,
    flags: number,
  ): object | number;
};

/** Binds at once, where listen() would tell later. Throws a HermodError. */
function bind(server: net.Server, local: Endpoint, reusePort: boolean): Endpoint {
  const { host, port } = local;
  const family = net.isIPv6(host) ? 6 : 4;
  const handle = createHandle(host, port, family, undefined, reusePort ? REUSE_PORT : 0);
  server.on("error", () => {});
  if (typeof handle === "object") server.listen(handle);
  const address = server.address();
  if (address === null || typeof address === "string") throw bindError(whyNot(local), local);
  return { host, port: address.port };
}

/** Deno's own listener says exactly why an address can't be bound. */
function whyNot({ host: hostname, port }: Endpoint): unknown {
  try {
    denoApi.listen({ hostname, port }).close();
    return new Error("it could be bound a moment later");
  } catch (error) {
    return error;
  }
}

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────

/** Deno.serve decides on HTTP/2 itself and has no HTTP/3 and no time-outs: see docs/runtimes.md. */
function serveHttp(options: HttpOptions): HttpListener {
  const { local, tls: pair } = options;
  const awaited = new AwaitedResponses();
  const fetch = new RetiringFetch(options.fetch);
  const retire = (): void => fetch.retire();
  const ending = new AbortController();
  const common = {
    hostname: local.host,
    port: local.port,
    reusePort: options.reusePort ?? false,
    signal: ending.signal,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  };
  try {
    const server = denoApi.serve(
      { ...common, ...(pair && { cert: pair.certificate, key: pair.key }) },
      denoHandler({ ...options, fetch: fetch.answer }, awaited),
    );
    const bound = { host: local.host, port: server.addr.port };
    return { retire, ...httpListener(bound, server, awaited, ending) };
  } catch (error) {
    throw bindError(error, local);
  }
}

function httpListener(
  local: Endpoint,
  server: DenoHttpServer,
  awaited: AwaitedResponses,
  ending: AbortController,
): Omit<HttpListener, "retire"> {
  let isStopping = false;
  let endWait = (): void => {};
  const stop = (): Promise<void> => {
    if (isStopping) return server.finished;
    isStopping = true;
    return new Promise((resolve, reject) => {
      endWait = resolve;
      server.shutdown().then(resolve, reject);
    });
  };
  const closeAll = (): void => {
    // Deno throws when a server that is stopping is told to end.
    if (isStopping) awaited.cutAll();
    else ending.abort();
    isStopping = true;
    endWait();
  };
  return { local, stop, closeAll };
}

// ── The whole ───────────────────────────────────────────────────────────────────────────────────

function localAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return found.filter(({ scopeid }) => !scopeid).map(({ address }) => address);
}

function onStopSignal(callback: (signal: string) => void): void {
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => callback(signal));
}

export const deno: Runtime = {
  name: "deno",
  version: denoApi.version.deno,
  openUdp,
  connect,
  listen,
  serveHttp,
  localAddresses,
  onStopSignal,
};
