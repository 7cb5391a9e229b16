// The composition root: settings → tables → upstreams → listeners, and the way back down. With
// server/ the only place besides commands/ that knows every room.

import packageJson from "../package.json" with { type: "json" };
import { adminApp } from "../routes/admin.ts";
import { timers } from "./clock/timing-wheel.ts";
import type { Settings } from "./config/settings.ts";
import { ConnectionLimit } from "./listener/connection-limit.ts";
import { type OpenUdp, openUdp } from "./listener/open-udp.ts";
import { Counters } from "./memory/counters.ts";
import { QueryService } from "./resolver/query-service.ts";
import { Resolver } from "./resolver/resolve.ts";
import type { Endpoint, HttpListener, Runtime } from "./runtime/contract.ts";
import { selectRuntime } from "./runtime/select.ts";
import { CertificateSource } from "./server/certificate-source.ts";
import { ConnectionListeners } from "./server/connection-listeners.ts";
import type { Connections } from "./server/connections.ts";
import { followBootClock } from "./server/follow-boot-clock.ts";
import { optimisationsOff, streamHabits } from "./server/optimisations.ts";
import { StreamThreads } from "./server/stream-threads.ts";
import { createTables, type Tables, udpThreadCount } from "./server/tables.ts";
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
  /**
   * Stops listening, lets what is in flight finish (5 s at most) and closes everything. Threads that
   * hang are ended by force, which takes some seconds more.
   */
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
  private readonly tables: Tables;
  private readonly resolver: Resolver;
  private readonly service: QueryService;
  private readonly certificate: CertificateSource;
  /** What is to be said once everything is open: a start that fails says one line. */
  private readonly notices: string[] = [];
  private connections: Connections | undefined;
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
    const habits = streamHabits(settings);
    this.upstream = createUpstream({ servers: upstream.servers, ca, runtime, observer, habits });
    this.tables = createTables(settings);
    const { answerer, store } = this.tables;
    this.resolver = new Resolver({
      answerer,
      store,
      upstream: this.upstream,
      timers,
      counters: this.counters,
      waitMs: limits.resolveTimeoutMs,
      waitersPerQuestion: limits.waitersPerQuestion,
      waitersPerClient: limits.waitersPerClient,
      sharesQueries: settings.experimental.querySharing,
      compressesNames: settings.experimental.nameCompression,
    });
    this.service = new QueryService(answerer, this.resolver, this.counters);
    this.certificate = new CertificateSource(settings, log);
  }

  /** What needs a certificate comes last: that takes longer. */
  async listen(): Promise<void> {
    this.connections = await this.createConnections();
    await this.listenDns(this.connections);
    this.listenAdmin(this.connections);
    await this.listenPlainDoh(this.connections);
    await this.listenEncrypted(this.connections);
    this.notReady = "";
    for (const notice of this.notices) this.log.warn(notice);
    for (const name of optimisationsOff(this.settings)) {
      this.log.warn(`experimental.${name} is off: this is for measuring, Hermod is slower without`);
    }
  }

  private async createConnections(): Promise<Connections> {
    const { counters, runtime, service, settings, tables } = this;
    const { limits, streamThreadCount: count } = settings;
    if (count === 0) {
      const connections = new ConnectionLimit(limits.connections, limits.connectionsPerClient);
      const { context } = tables.answerer;
      const parts = { settings, runtime, service, context, counters, connections };
      return new ConnectionListeners({ ...parts, sharesPorts: false });
    }
    const answerer = tables.answererSettings;
    const firstReader = udpThreadCount(settings);
    const clockOriginMs = await followBootClock();
    const parts = { settings, runtime, answerer, firstReader, service, count, clockOriginMs };
    return new StreamThreads({ ...parts, report: (message) => this.report(message) });
  }

  private async listenDns(connections: Connections): Promise<void> {
    // The same port for both, also when the kernel was left to choose it; of TCP ports it knows better
    // which are free, since former connections hold some.
    const tcp = await connections.openDns(this.settings.listen.dns);
    this.udp = await this.openUdp(tcp);
    tcp.forEach((endpoint, i) => {
      for (const local of this.udp!.bound[i]!) this.note("udp", local);
      this.note("tcp", endpoint);
    });
  }

  private openUdp(endpoints: readonly Endpoint[]): Promise<OpenUdp> {
    const { counters, runtime, service, settings } = this;
    const answerer = this.tables.answererSettings;
    const { engine } = settings.udp;
    const threadCount = udpThreadCount(settings);
    const report = (message: string): void => this.report(message);
    const parts = { runtime, engine, threadCount, answerer, service, counters, report };
    const { batching, socketBuffers: largeBuffers } = settings.experimental;
    return openUdp({ ...parts, largeBuffers, ...(!batching && { batchCount: 1 }) }, endpoints);
  }

  /** A start that fails says one line, and so this waits until it has not. */
  private report(message: string): void {
    if (this.notReady === "starting") this.notices.push(message);
    else this.log.warn(message);
  }

  private async listenPlainDoh(connections: Connections): Promise<void> {
    const { listen, proxy } = this.settings;
    if (listen.dohPlain.length > 0 && proxy.clientAddressHeader === undefined) {
      this.log.warn(
        "queries over plain HTTP count for the proxy, whose clients share its limits and its access: " +
          "set proxy.trusted and proxy.clientAddressHeader to tell them apart",
      );
    }
    const opened = await connections.openPlainDoh(listen.dohPlain);
    for (const local of opened) this.note("doh over plain http", local);
  }

  private async listenEncrypted(connections: Connections): Promise<void> {
    const { listen } = this.settings;
    if (listen.dot.length + listen.doh.length === 0) return;
    await this.certificate.start(
      async (loaded) => {
        const opened = await connections.openEncrypted(listen, loaded);
        for (const local of opened.dot) this.note("dot", local);
        for (const local of opened.doh) this.note("doh", local);
      },
      (renewed) => connections.changeCertificate(renewed),
    );
  }

  private listenAdmin(connections: Connections): void {
    const app = adminApp({
      metrics: {
        version: packageJson.version,
        counters: [this.counters, ...this.udp!.threadCounters, ...connections.threadCounters],
        udp: this.udp!,
        streams: connections,
        cache: this.tables.writer.stats,
        upstreams: this.upstreamCounters,
        openConnections: () => connections.live,
        waitingQueries: () => this.resolver.waiting,
        certificateDaysLeft: () => this.certificate.daysLeft(),
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
    this.certificate.stop();
    this.connections?.stop();
    await this.drain();
    await this.connections?.closeAll();
    await this.udp?.close();
    this.upstream.close();
    this.admin?.closeAll();
    await this.admin?.stop();
  }

  /** Until all have their responses and streams and HTTP have ended, DRAIN_MS at most. */
  private async drain(): Promise<void> {
    const end = performance.now() + DRAIN_MS;
    let isHttpOpen = true;
    void this.connections?.finished().finally(() => {
      isHttpOpen = false;
    });
    const isBusy = (): boolean =>
      this.connections !== undefined &&
      (this.resolver.waiting > 0 || this.connections.live > 0 || isHttpOpen);
    while (isBusy() && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  }

  private note(what: string, { host, port }: Endpoint, scheme = ""): void {
    const shown = host.includes(":") ? `[${host}]` : host;
    this.listening.push(`${what} ${scheme}${shown}:${port}`);
  }
}
