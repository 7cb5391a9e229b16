// Everything that is counted, as Prometheus reads it. Nothing is kept here: the figures are read from
// the typed arrays when someone asks. Loaded on the first scrape, because the library takes a while.

import { Registry } from "prom-client";
import {
  COUNTER,
  type CounterName,
  type Counters,
  PATH,
  PATHS,
  RCODE_COLUMNS,
  TRANSPORTS,
} from "../memory/counters.ts";
import { addCounter, addGauge, addLabelledCounter, type Sample } from "./collected-metrics.ts";
import { rcodeName } from "./rcode-name.ts";
import type { UpstreamCounters } from "./upstream-counters.ts";
import { addUpstreamMetrics } from "./upstream-metrics.ts";

/** What the cache says of itself; read anew for each scrape. */
export interface CacheFigures {
  readonly entries: number;
  readonly bytes: number;
  readonly insertions: number;
  readonly evictions: number;
  readonly refused: number;
}

/** What UDP says of itself. */
export interface UdpFigures {
  /** Datagrams that nobody took in time. */
  readonly kernelDrops: number;
  /** Queries lost between a thread and the main thread. */
  readonly missesRefused: number;
  readonly threadsReplaced: number;
}

/** What the threads say that serve connections. */
export interface StreamFigures {
  readonly threadsReplaced: number;
}

export interface MetricsSources {
  readonly version: string;
  /** One a thread. */
  readonly counters: readonly Counters[];
  readonly cache: CacheFigures;
  readonly upstreams: UpstreamCounters;
  /** What only the engine of UDP knows; read anew for each scrape. */
  readonly udp: UdpFigures;
  /** The same for connections. */
  readonly streams: StreamFigures;
  /** Stream connections that are open now. */
  readonly openConnections: () => number;
  /** Queries that wait for an upstream now. */
  readonly waitingQueries: () => number;
  /** Days until the certificate expires; undefined without one. */
  readonly certificateDaysLeft: () => number | undefined;
}

export interface Metrics {
  readonly contentType: string;
  /** One scrape. */
  text(): Promise<string>;
}

/** Counters of memory/counters that have no labels, by the names under which they are read. */
const PLAIN_COUNTERS: readonly (readonly [string, CounterName, string])[] = [
  ["queries_dropped", "dropped", "Not answered by rule: too short, a response, from port 0."],
  ["queries_turned_away", "waitersRefused", "Answered at once: too many queries were waiting."],
  ["stream_misses_refused", "missesRefused", "Answered at once: no room to the main thread."],
  ["send_failures", "sendFailures", "UDP responses that the kernel did not take."],
  ["cache_misses", "cacheMisses", "Queries that the cache could not answer."],
  ["connections_opened", "connectionsOpened", "Stream connections taken."],
  ["connections_refused", "connectionsRefused", "Stream connections closed: over a limit."],
  ["connections_timed_out", "connectionsTimedOut", "Stream connections closed: idle or too slow."],
];

export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  addQueryMetrics(registry, sources.counters);
  addCacheMetrics(registry, sources);
  addUpstreamMetrics(registry, sources.upstreams);
  addGauge(registry, "hermod_connections", "Stream connections open now.", sources.openConnections);
  addGauge(registry, "hermod_queries_waiting", "Waiting for an upstream.", sources.waitingQueries);
  addUdpMetrics(registry, sources.udp);
  addStreamMetrics(registry, sources.streams);
  addCertificateMetric(registry, sources.certificateDaysLeft);
  addProcessMetrics(registry, sources.version);
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

function addQueryMetrics(registry: Registry, rows: readonly Counters[]): void {
  addLabelledCounter(
    registry,
    "hermod_queries_total",
    "Queries answered, by how the answer came about.",
    ["transport", "path", "rcode"],
    () => querySamples(rows),
  );
  for (const [name, counter, help] of PLAIN_COUNTERS) {
    const value = (): number => total(rows, (row) => row.value(COUNTER[counter]));
    addCounter(registry, `hermod_${name}_total`, help, value);
  }
}

/** Those that are not zero: most combinations never happen. */
function* querySamples(rows: readonly Counters[]): Iterable<Sample> {
  for (const [t, transport] of TRANSPORTS.entries()) {
    for (const [p, path] of PATHS.entries()) {
      for (let column = 0; column < RCODE_COLUMNS; column++) {
        const value = total(rows, (row) => row.queries(t, p, column));
        const rcode = column === RCODE_COLUMNS - 1 ? "other" : rcodeName(column);
        if (value > 0) yield [{ transport, path, rcode }, value];
      }
    }
  }
}

function addCacheMetrics(registry: Registry, { cache, counters }: MetricsSources): void {
  const add = (name: string, help: string, value: () => number): void =>
    addCounter(registry, `hermod_cache_${name}_total`, help, value);
  add("hits", "Queries answered from the cache, stale responses too.", () => cacheHits(counters));
  add("insertions", "Responses put into the cache.", () => cache.insertions);
  add("evictions", "Entries that made room for others.", () => cache.evictions);
  add("refused", "Responses that the cache did not keep.", () => cache.refused);
  addGauge(registry, "hermod_cache_entries", "Responses in the cache.", () => cache.entries);
  addGauge(registry, "hermod_cache_bytes", "Bytes these take.", () => cache.bytes);
}

function cacheHits(rows: readonly Counters[]): number {
  let hits = 0;
  for (let transport = 0; transport < TRANSPORTS.length; transport++) {
    for (let column = 0; column < RCODE_COLUMNS; column++) {
      hits += total(rows, (row) => row.queries(transport, PATH.hit, column));
      hits += total(rows, (row) => row.queries(transport, PATH.stale, column));
    }
  }
  return hits;
}

function addUdpMetrics(registry: Registry, udp: UdpFigures): void {
  const add = (name: string, help: string, value: () => number): void =>
    addCounter(registry, `hermod_udp_${name}_total`, help, value);
  add("kernel_drops", "Datagrams that nobody took in time.", () => udp.kernelDrops);
  add("misses_refused", "Queries lost on the way to the main thread.", () => udp.missesRefused);
  add("threads_replaced", "UDP threads that died and were replaced.", () => udp.threadsReplaced);
}

function addStreamMetrics(registry: Registry, streams: StreamFigures): void {
  const help = "Threads for connections that died and were replaced.";
  const value = (): number => streams.threadsReplaced;
  addCounter(registry, "hermod_stream_threads_replaced_total", help, value);
}

function addCertificateMetric(registry: Registry, daysLeft: () => number | undefined): void {
  if (daysLeft() === undefined) return;
  const help = "Days until the certificate expires.";
  addGauge(registry, "hermod_certificate_days_left", help, () => daysLeft() ?? 0);
}

function addProcessMetrics(registry: Registry, version: string): void {
  addGauge(registry, "hermod_build_info", "1; the version is its label.", () => 1, { version });
  const startSeconds = performance.timeOrigin / 1000;
  addGauge(registry, "process_start_time_seconds", "Since 1970.", () => startSeconds);
  const residentBytes = (): number => process.memoryUsage.rss();
  addGauge(registry, "process_resident_memory_bytes", "Resident set size.", residentBytes);
  addCounter(registry, "process_cpu_seconds_total", "User and system time.", cpuSeconds);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function total(rows: readonly Counters[], valueOf: (row: Counters) => number): number {
  return rows.reduce((sum, row) => sum + valueOf(row), 0);
}
