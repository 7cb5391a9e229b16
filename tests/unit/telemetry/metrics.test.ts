// What a scrape says, read back line by line, and checked to be what Prometheus can parse.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { COUNTER, Counters, PATH, TRANSPORT } from "../../../src/memory/counters.ts";
import { createMetrics, type MetricsSources } from "../../../src/telemetry/metrics.ts";
import { UpstreamCounters } from "../../../src/telemetry/upstream-counters.ts";

const UPSTREAM = 'tls://192.0.2.1:853#a"b\\c';

function sources(): MetricsSources {
  return {
    version: "1.2.3",
    counters: [new Counters(), new Counters()],
    cache: { entries: 7, bytes: 800, insertions: 12, evictions: 3, refused: 2 },
    upstreams: new UpstreamCounters([UPSTREAM]),
    openConnections: () => 4,
    certificateDaysLeft: () => 30,
    udp: { kernelDrops: 3, missesRefused: 2, threadsReplaced: 1 },
    streams: { threadsReplaced: 6 },
    waitingQueries: () => 5,
  };
}

/** Each sample by its name and labels. */
async function scrape(given: MetricsSources): Promise<Map<string, number>> {
  const text = await createMetrics(given).text();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => {
      const [, key, value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? assert.fail(line);
      return [key!, Number(value)];
    }),
  );
}

describe("a scrape", () => {
  test("sums the queries of all threads, by transport, path and rcode", async () => {
    const given = sources();
    const [one, two] = given.counters;
    one!.countQuery(TRANSPORT.udp, PATH.hit, 0);
    two!.countQuery(TRANSPORT.udp, PATH.hit, 0);
    two!.countQuery(TRANSPORT.udp, PATH.stale, 3);
    two!.countQuery(TRANSPORT.tcp, PATH.failed, 2);
    two!.countQuery(TRANSPORT.tcp, PATH.malformed, 4095);
    const samples = await scrape(given);
    const label = (transport: string, path: string, rcode: string): string =>
      `hermod_queries_total{transport="${transport}",path="${path}",rcode="${rcode}"}`;
    assert.equal(samples.get(label("udp", "hit", "NOERROR")), 2);
    assert.equal(samples.get(label("udp", "stale", "NXDOMAIN")), 1);
    assert.equal(samples.get(label("tcp", "failed", "SERVFAIL")), 1);
    assert.equal(samples.get(label("tcp", "malformed", "other")), 1);
    assert.equal(samples.get("hermod_cache_hits_total"), 3);
    const queries = [...samples.keys()].filter((key) => key.startsWith("hermod_queries_total"));
    assert.equal(queries.length, 4);
  });

  test("holds every counter without labels under a name of its own", async () => {
    const given = sources();
    Object.values(COUNTER).forEach((counter, i) => {
      for (let n = 0; n <= i; n++) given.counters[1]!.count(counter);
    });
    const samples = await scrape(given);
    const names = {
      cacheMisses: "hermod_cache_misses_total",
      dropped: "hermod_queries_dropped_total",
      connectionsOpened: "hermod_connections_opened_total",
      connectionsRefused: "hermod_connections_refused_total",
      connectionsTimedOut: "hermod_connections_timed_out_total",
      sendFailures: "hermod_send_failures_total",
      waitersRefused: "hermod_queries_turned_away_total",
      missesRefused: "hermod_stream_misses_refused_total",
    } satisfies Record<keyof typeof COUNTER, string>;
    for (const [counter, name] of Object.entries(names)) {
      const expected = Object.keys(COUNTER).indexOf(counter) + 1;
      assert.equal(samples.get(name), expected, name);
    }
  });

  test("holds the cache's figures, connections and waiting queries", async () => {
    const samples = await scrape(sources());
    for (const [name, value] of Object.entries({
      hermod_cache_entries: 7,
      hermod_cache_bytes: 800,
      hermod_cache_insertions_total: 12,
      hermod_cache_evictions_total: 3,
      hermod_cache_refused_total: 2,
      hermod_connections: 4,
      hermod_queries_waiting: 5,
      hermod_udp_threads_replaced_total: 1,
      hermod_stream_threads_replaced_total: 6,
      'hermod_build_info{version="1.2.3"}': 1,
    })) {
      assert.equal(samples.get(name), value, name);
    }
  });

  test("holds each upstream's queries, reuse, errors and latency", async () => {
    const given = sources();
    const { upstreams } = given;
    upstreams.asked(UPSTREAM, false);
    upstreams.asked(UPSTREAM, true);
    upstreams.failed(UPSTREAM, "timeout");
    for (const latencyMs of [0.5, 1, 15, 5000]) upstreams.answered(UPSTREAM, latencyMs);
    const samples = await scrape(given);
    const upstream = 'upstream="tls://192.0.2.1:853#a\\"b\\\\c"';
    assert.equal(samples.get(`hermod_upstream_queries_total{${upstream}}`), 2);
    assert.equal(samples.get(`hermod_upstream_reused_total{${upstream}}`), 1);
    assert.equal(samples.get(`hermod_upstream_errors_total{${upstream},fault="timeout"}`), 1);
    assert.equal(samples.get(`hermod_upstream_errors_total{${upstream},fault="closed"}`), 0);
    const bucket = (le: string): number | undefined =>
      samples.get(`hermod_upstream_latency_seconds_bucket{${upstream},le="${le}"}`);
    const bounds = ["0.001", "0.002", "0.01", "0.02", "2", "+Inf"];
    assert.deepEqual(bounds.map(bucket), [2, 2, 2, 3, 3, 4]);
    assert.equal(samples.get(`hermod_upstream_latency_seconds_count{${upstream}}`), 4);
    assert.equal(samples.get(`hermod_upstream_latency_seconds_sum{${upstream}}`), 5.0165);
  });

  test("holds the process's own figures", async () => {
    const samples = await scrape(sources());
    const start = samples.get("process_start_time_seconds")!;
    assert.ok(Math.abs(start - Date.now() / 1000) < 86_400, String(start));
    assert.ok(samples.get("process_resident_memory_bytes")! > 1_000_000);
    assert.ok(samples.get("process_cpu_seconds_total")! > 0);
  });

  test("reads anew each time", async () => {
    const given = sources();
    const metrics = createMetrics(given);
    for (const expected of [1, 2]) {
      given.counters[0]!.countQuery(TRANSPORT.udp, PATH.hit, 0);
      assert.match(await metrics.text(), new RegExp(`^hermod_cache_hits_total ${expected}$`, "m"));
    }
  });

  test("explains every metric once, in the text format of Prometheus", async () => {
    const metrics = createMetrics(sources());
    assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
    const lines = (await metrics.text()).split("\n");
    const typed = lines
      .filter((line) => line.startsWith("# TYPE "))
      .map((line) => line.split(" ")[2]);
    const helped = lines
      .filter((line) => /^# HELP \S+ \S/.test(line))
      .map((line) => line.split(" ")[2]);
    assert.deepEqual(typed, helped);
    assert.equal(new Set(typed).size, typed.length);
    for (const name of typed) assert.match(name!, /^(?:hermod|process)_[a-z_]+$/);
  });
});
