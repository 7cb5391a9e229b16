// The composition root: settings → tables → upstreams → listeners, and the way back down. The only
// place besides commands/ that knows every room.

import { version } from "../package.json" with { type: "json" };
import { adminApp } from "../routes/admin.ts";
import { CacheKey } from "./cache/cache-key.ts";
import { createCacheMemory } from "./cache/cache-memory.ts";
import { CacheReader } from "./cache/cache-reader.ts";
import { CacheWriter } from "./cache/cache-writer.ts";
import { timers } from "./clock/timing-wheel.ts";
import type { Settings } from "./config/settings.ts";
import { HermodError } from "./errors.ts";
import { ConnectionLimit } from "./listener/connection-limit.ts";
import { StreamServer } from "./listener/stream-server.ts";
import { UdpListener } from "./listener/udp-portable.ts";
import { Counters, TRANSPORT } from "./memory/counters.ts";
import { AccessList } from "./resolver/access-list.ts";
import { Answerer } from "./resolver/answer.ts";
import { keepaliveValue } from "./resolver/finish-response.ts";
import { QueryService } from "./resolver/query-service.ts";
import { Resolver } from "./resolver/resolve.ts";
import { ResponseStore } from "./resolver/response-store.ts";
import { ServerCookies } from "./resolver/server-cookies.ts";
import type { Endpoint, HttpListener, Runtime } from "./runtime/contract.ts";
import { selectRuntime } from "./runtime/select.ts";
import type { Log } from "./telemetry/log.ts";
import { UpstreamCounters } from "./telemetry/upstream-counters.ts";
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
  const server = new Server(settings, await selectRuntime(), log);
  try {
    await server.listen();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class Server implements RunningServer {
  readonly listening: string[] = [];
  private readonly settings: Settings;
  private readonly runtime: Runtime;
  private readonly counters: Counters = new Counters();
  private readonly upstream: UpstreamGroup;
  private readonly upstreamCounters: UpstreamCounters;
  private readonly writer: CacheWriter;
  private readonly resolver: Resolver;
  private readonly udp: UdpListener;
  private readonly tcp: StreamServer;
  private readonly connections: ConnectionLimit;
  private readonly log: Log;
  private admin: HttpListener | undefined;
  private stopping = false;

  constructor(settings: Settings, runtime: Runtime, log: Log) {
    const { limits } = settings;
    this.settings = settings;
    this.runtime = runtime;
    this.log = log;
    this.upstreamCounters = new UpstreamCounters(settings.upstream.servers);
    this.upstream = createUpstream({
      servers: settings.upstream.servers,
      ca: settings.upstream.caPem,
      runtime,
      observer: this.upstreamCounters,
    });
    const tables = createTables(settings);
    this.writer = tables.writer;
    const { answerer, store } = tables;
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
    const { counters } = this;
    const service = new QueryService(answerer, this.resolver, counters);
    this.connections = new ConnectionLimit(limits.connections, limits.connectionsPerClient);
    this.udp = new UdpListener(service, counters);
    const { connections } = this;
    const parts = { runtime, service, counters, timers, limits, connections };
    this.tcp = new StreamServer(parts, TRANSPORT.tcp);
    log.debug(`runtime ${runtime.name} ${runtime.version}`);
  }

  async listen(): Promise<void> {
    for (const endpoint of this.settings.listen.dns) {
      try {
        await this.listenAt(endpoint);
      } catch (error) {
        if (!isMissingIpv6Loopback(error, endpoint)) throw error;
        this.log.warn("this machine has no IPv6 loopback address: not listening on [::1]");
      }
    }
    this.listenAdmin();
  }

  private async listenAt(endpoint: Endpoint): Promise<void> {
    const bound = await this.udp.open(this.runtime, endpoint);
    for (const local of bound) this.note("udp", local);
    // The same port for both, also when the kernel was left to choose it.
    this.note("tcp", this.tcp.listen({ host: endpoint.host, port: bound[0]!.port }));
  }

  private listenAdmin(): void {
    const app = adminApp({
      metrics: {
        version,
        counters: [this.counters],
        cache: this.writer.stats,
        upstreams: this.upstreamCounters,
        openConnections: () => this.connections.live,
        waitingQueries: () => this.resolver.waiting,
      },
      readiness: () => ({ ready: !this.stopping, reason: this.stopping ? "stopping" : "" }),
      hosts: [],
      log: this.log,
    });
    const local = this.settings.listen.admin;
    this.admin = this.runtime.serveHttp({ local, fetch: app.fetch });
    this.note("admin", this.admin.local, "http://");
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.udp.stop();
    this.tcp.stop();
    await this.drain();
    this.tcp.closeAll();
    this.udp.close();
    this.upstream.close();
    await this.admin?.stop();
  }

  private async drain(): Promise<void> {
    const end = performance.now() + DRAIN_MS;
    while (this.resolver.waiting > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  }

  private note(what: string, { host, port }: Endpoint, scheme = ""): void {
    const shown = host.includes(":") ? `[${host}]` : host;
    this.listening.push(`${what} ${scheme}${shown}:${port}`);
  }
}

/** ::1 is among the defaults; a machine without IPv6 is to start all the same. */
function isMissingIpv6Loopback(error: unknown, { host }: Endpoint): boolean {
  return host === "::1" && error instanceof HermodError && error.code === "ADDRESS_NOT_AVAILABLE";
}

interface Tables {
  readonly writer: CacheWriter;
  readonly answerer: Answerer;
  readonly store: ResponseStore;
}

/** What the fast path reads, and the store that fills it. */
function createTables({ access, cache, limits }: Settings): Tables {
  const { capacityBytes, ...ttlRules } = cache;
  const memory = createCacheMemory({ capacityBytes, shared: false, maxReaders: 1 });
  const reader = new CacheReader(memory);
  const writer = new CacheWriter(memory);
  const secret = crypto.getRandomValues(new Uint32Array(2));
  const answerer = new Answerer({
    access: new AccessList(access.allow),
    cache: reader,
    key: new CacheKey(secret),
    options: {
      cookies: new ServerCookies(crypto.getRandomValues(new Uint8Array(16))),
      keepalive: keepaliveValue(limits.idleTimeoutMs),
    },
  });
  const store = new ResponseStore({ key: new CacheKey(secret), reader, writer, ttlRules });
  return { writer, answerer, store };
}
