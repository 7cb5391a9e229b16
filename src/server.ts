// The composition root: settings → tables → upstreams → listeners, and the way back down. With
// server/ the only place besides commands/ that knows every room.

import packageJson from "../package.json" with { type: "json" };
import { adminApp } from "../routes/admin.ts";
import { createPlainDohApp, type DohAppParts } from "../routes/doh-app.ts";
import type { CacheWriter } from "./cache/cache-writer.ts";
import { timers } from "./clock/timing-wheel.ts";
import type { Settings } from "./config/settings.ts";
import { ClientAddress } from "./listener/client-address.ts";
import { ConnectionLimit } from "./listener/connection-limit.ts";
import { DohExchange, MAX_BODY_BYTES } from "./listener/doh-exchange.ts";
import { StreamServer, type StreamServerParts } from "./listener/stream-server.ts";
import { UdpListener } from "./listener/udp-portable.ts";
import { Counters, TRANSPORT } from "./memory/counters.ts";
import { AccessList } from "./resolver/access-list.ts";
import type { Answerer } from "./resolver/answer.ts";
import { QueryService } from "./resolver/query-service.ts";
import { Resolver } from "./resolver/resolve.ts";
import type { Endpoint, HttpListener, Runtime } from "./runtime/contract.ts";
import { selectRuntime } from "./runtime/select.ts";
import { EncryptedListeners } from "./server/encrypted-listeners.ts";
import { createTables } from "./server/tables.ts";
import type { Log } from "./telemetry/log.ts";
import { UpstreamCounters } from "./telemetry/upstream-counters.ts";
import { UpstreamLog } from "./telemetry/upstream-log.ts";
import type { UpstreamGroup } from "./upstream/contract.ts";
import { createUpstream } from "./upstream/create-upstream.ts";

/** How long stop() waits for what is in flight, and how often it looks. */
const DRAIN_MS = 5000;
const DRAIN_POLL_MS = 10;

export interface RunningServer {
  /** Where it listens, one line each. */
  readonly listening: readonly string[];
  /** Stops listening, lets what is in flight finish (5 s at most) and closes everything. */
  stop(): Promise<void>;
}

/** Throws a HermodError of one clear line when a port, a file or an upstream can't be had. */
export async function startServer(settings: Settings, log: Log): Promise<RunningServer> {
  const runtime = await selectRuntime();
  const server = new Server(listenable(settings, runtime, log), runtime, log);
  try {
    await server.listen();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** [::1] is among the defaults; a machine without IPv6 is to start all the same. */
function listenable(settings: Settings, runtime: Runtime, log: Log): Settings {
  const { listen } = settings;
  const places = [...listen.dns, ...listen.dot, ...listen.doh];
  const isMissing = ({ host }: Endpoint): boolean => host === "::1";
  if (!places.some(isMissing) || runtime.localAddresses().includes("::1")) return settings;
  log.warn("this machine has no IPv6 loopback address: not listening on [::1]");
  const rest = (endpoints: readonly Endpoint[]): Endpoint[] =>
    endpoints.filter((endpoint) => !isMissing(endpoint));
  return {
    ...settings,
    listen: { ...listen, dns: rest(listen.dns), dot: rest(listen.dot), doh: rest(listen.doh) },
  };
}

class Server implements RunningServer {
  readonly listening: string[] = [];
  private readonly settings: Settings;
  private readonly runtime: Runtime;
  private readonly log: Log;
  private readonly counters: Counters = new Counters();
  private readonly upstream: UpstreamGroup;
  private readonly upstreamCounters: UpstreamCounters;
  private readonly writer: CacheWriter;
  private readonly resolver: Resolver;
  private readonly connections: ConnectionLimit;
  private readonly doh: DohAppParts;
  private readonly udp: UdpListener;
  private readonly tcp: StreamServer;
  private readonly encrypted: EncryptedListeners;
  private readonly plainDoh: HttpListener[] = [];
  private admin: HttpListener | undefined;
  private stopping = false;

  constructor(settings: Settings, runtime: Runtime, log: Log) {
    const { limits, upstream } = settings;
    this.settings = settings;
    this.runtime = runtime;
    this.log = log;
    this.upstreamCounters = new UpstreamCounters(upstream.servers);
    const observer = new UpstreamLog(this.upstreamCounters, log);
    const ca = upstream.caPem;
    this.upstream = createUpstream({ servers: upstream.servers, ca, runtime, observer });
    const { answerer, store, writer } = createTables(settings);
    this.writer = writer;
    this.resolver = new Resolver({
      answerer,
      store,
      upstream: this.upstream,
      timers,
      counters: this.counters,
      waitMs: limits.resolveTimeoutMs,
      waitersPerQuestion: limits.waitersPerQuestion,
      waitersPerClient: limits.waitersPerClient,
    });
    const service = new QueryService(answerer, this.resolver, this.counters);
    this.connections = new ConnectionLimit(limits.connections, limits.connectionsPerClient);
    this.udp = new UdpListener(service, this.counters);
    const streams = this.streamParts(service);
    this.tcp = new StreamServer(streams, TRANSPORT.tcp);
    this.doh = this.dohParts(service, answerer);
    this.encrypted = new EncryptedListeners({ settings, log, streams, doh: this.doh });
  }

  private streamParts(service: QueryService): StreamServerParts {
    const { connections, counters, runtime, settings } = this;
    const { limits, proxy } = settings;
    const parts = { runtime, service, counters, timers, limits, connections };
    return proxy.protocol ? { ...parts, proxies: new AccessList(proxy.trusted) } : parts;
  }

  private dohParts(service: QueryService, { context }: Answerer): DohAppParts {
    const { trusted: trustedProxies, clientAddressHeader: header } = this.settings.proxy;
    const { messageTimeoutMs } = this.settings.limits;
    return {
      exchange: new DohExchange({ service, context, timers, messageTimeoutMs }),
      clients: new ClientAddress(
        header === undefined ? { trustedProxies } : { trustedProxies, header },
      ),
    };
  }

  /** UDP and TCP first: what needs a certificate takes longer. */
  async listen(): Promise<void> {
    const note = (what: string, bound: Endpoint): void => this.note(what, bound);
    const { dns, dohPlain } = this.settings.listen;
    for (const endpoint of dns) await this.listenAt(endpoint);
    for (const endpoint of dohPlain) this.listenPlainDoh(endpoint);
    await this.encrypted.open(note);
    this.listenAdmin();
  }

  private async listenAt(endpoint: Endpoint): Promise<void> {
    // The same port for both, also when the kernel was left to choose it; of TCP ports it knows better
    // which are free, since former connections hold some.
    const tcp = this.tcp.listen(endpoint);
    const udp = await this.udp.open(this.runtime, { host: endpoint.host, port: tcp.port });
    for (const local of udp) this.note("udp", local);
    this.note("tcp", tcp);
  }

  private listenPlainDoh(local: Endpoint): void {
    const { idleTimeoutMs } = this.settings.limits;
    const fetch = createPlainDohApp(this.doh);
    const options = { local, http2: true, maxBodyBytes: MAX_BODY_BYTES, idleTimeoutMs, fetch };
    const listener = this.runtime.serveHttp(options);
    this.plainDoh.push(listener);
    this.note("doh over plain http", listener.local);
  }

  private listenAdmin(): void {
    const app = adminApp({
      metrics: {
        version: packageJson.version,
        counters: [this.counters],
        cache: this.writer.stats,
        upstreams: this.upstreamCounters,
        openConnections: () => this.connections.live,
        waitingQueries: () => this.resolver.waiting,
        certificateDaysLeft: () => this.encrypted.daysLeft(),
      },
      readiness: () => ({ ready: !this.stopping, reason: this.stopping ? "stopping" : "" }),
      hosts: [],
      log: this.log,
    });
    const fetch = (request: Request): Response | Promise<Response> => app.fetch(request);
    this.admin = this.runtime.serveHttp({ local: this.settings.listen.admin, fetch });
    this.note("admin", this.admin.local, "http://");
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.udp.stop();
    this.tcp.stop();
    this.encrypted.stop();
    const finished = [this.encrypted.finished(), ...this.plainDoh.map((each) => each.stop())];
    await this.drain(Promise.all(finished));
    this.tcp.closeAll();
    this.encrypted.closeAll();
    for (const listener of this.plainDoh) listener.closeAll();
    this.udp.close();
    this.upstream.close();
    this.admin?.closeAll();
    await this.admin?.stop();
  }

  /** Until all have their responses and streams and HTTP have ended, DRAIN_MS at most. */
  private async drain(httpFinished: Promise<unknown>): Promise<void> {
    const end = performance.now() + DRAIN_MS;
    let isHttpOpen = true;
    void httpFinished.finally(() => {
      isHttpOpen = false;
    });
    const isBusy = (): boolean =>
      this.resolver.waiting > 0 || this.connections.live > 0 || isHttpOpen;
    while (isBusy() && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  }

  private note(what: string, { host, port }: Endpoint, scheme = ""): void {
    const shown = host.includes(":") ? `[${host}]` : host;
    this.listening.push(`${what} ${scheme}${shown}:${port}`);
  }
}
