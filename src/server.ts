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
import { type OpenUdp, openUdp } from "./listener/open-udp.ts";
import { Counters, TRANSPORT } from "./memory/counters.ts";
import { AccessList } from "./resolver/access-list.ts";
import type { Answerer } from "./resolver/answer.ts";
import type { AnswererSettings } from "./resolver/create-answerer.ts";
import { QueryService } from "./resolver/query-service.ts";
import { Resolver } from "./resolver/resolve.ts";
import type { Endpoint, HttpListener, Runtime } from "./runtime/contract.ts";
import { selectRuntime } from "./runtime/select.ts";
import { EncryptedListeners } from "./server/encrypted-listeners.ts";
import { createTables, udpThreadCount } from "./server/tables.ts";
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
  private readonly service: QueryService;
  private readonly answererSettings: AnswererSettings;
  private readonly tcp: StreamServer;
  private readonly encrypted: EncryptedListeners;
  private readonly plainDoh: HttpListener[] = [];
  /** What is to be said once everything is open: a start that fails says one line. */
  private readonly notices: string[] = [];
  private udp: OpenUdp | undefined;
  private admin: HttpListener | undefined;
  /** Why not; empty when everything is open. */
  private notReady = "starting";

  constructor(settings: Settings, runtime: Runtime, log: Log) {
    const { limits, upstream } = settings;
    this.settings = settings;
    this.runtime = runtime;
    this.log = log;
    this.upstreamCounters = new UpstreamCounters(upstream.servers);
    const observer = new UpstreamLog(this.upstreamCounters, log);
    const ca = upstream.caPem;
    this.upstream = createUpstream({ servers: upstream.servers, ca, runtime, observer });
    const { answerer, answererSettings, store, writer } = createTables(settings);
    this.answererSettings = answererSettings;
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
    this.service = service;
    this.connections = new ConnectionLimit(limits.connections, limits.connectionsPerClient);
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

  /** What needs a certificate comes last: that takes longer. */
  async listen(): Promise<void> {
    const { dns, dohPlain } = this.settings.listen;
    await this.listenDns(dns);
    this.listenAdmin();
    for (const endpoint of dohPlain) this.listenPlainDoh(endpoint);
    await this.encrypted.open((what, bound) => this.note(what, bound));
    this.notReady = "";
    for (const notice of this.notices) this.log.warn(notice);
  }

  private async listenDns(endpoints: readonly Endpoint[]): Promise<void> {
    // The same port for both, also when the kernel was left to choose it; of TCP ports it knows better
    // which are free, since former connections hold some.
    const tcp = endpoints.map((endpoint) => this.tcp.listen(endpoint));
    const places = endpoints.map(({ host }, i) => ({ host, port: tcp[i]!.port }));
    this.udp = await this.openUdp(places);
    tcp.forEach((endpoint, i) => {
      for (const local of this.udp!.bound[i]!) this.note("udp", local);
      this.note("tcp", endpoint);
    });
  }

  private openUdp(endpoints: readonly Endpoint[]): Promise<OpenUdp> {
    const { answererSettings: answerer, counters, log, runtime, service, settings } = this;
    const { engine } = settings.udp;
    const threadCount = udpThreadCount(settings);
    const report = (message: string): void => {
      if (this.notReady === "starting") this.notices.push(message);
      else log.warn(message);
    };
    const parts = { runtime, engine, threadCount, answerer, service, counters, report };
    return openUdp(parts, endpoints);
  }

  private listenPlainDoh(local: Endpoint): void {
    if (this.settings.proxy.clientAddressHeader === undefined) {
      this.log.warn(
        "queries over plain HTTP count for the proxy, whose clients share its limits and its access: " +
          "set proxy.trusted and proxy.clientAddressHeader to tell them apart",
      );
    }
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
        counters: [this.counters, ...this.udp!.threadCounters],
        udp: this.udp!,
        cache: this.writer.stats,
        upstreams: this.upstreamCounters,
        openConnections: () => this.connections.live,
        waitingQueries: () => this.resolver.waiting,
        certificateDaysLeft: () => this.encrypted.daysLeft(),
      },
      readiness: () => ({ ready: this.notReady === "", reason: this.notReady }),
      hosts: [],
      log: this.log,
    });
    const fetch = (request: Request): Response | Promise<Response> => app.fetch(request);
    this.admin = this.runtime.serveHttp({ local: this.settings.listen.admin, fetch });
    this.note("admin", this.admin.local, "http://");
  }

  async stop(): Promise<void> {
    this.notReady = "stopping";
    this.udp?.stop();
    this.tcp.stop();
    this.encrypted.stop();
    const finished = [this.encrypted.finished(), ...this.plainDoh.map((each) => each.stop())];
    await this.drain(Promise.all(finished));
    this.tcp.closeAll();
    this.encrypted.closeAll();
    for (const listener of this.plainDoh) listener.closeAll();
    await this.udp?.close();
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
