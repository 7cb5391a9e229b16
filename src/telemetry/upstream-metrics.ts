// What is measured of the upstreams, one label an upstream: its URL as configured.

import type { Registry } from "prom-client";
import { addHistogram, addLabelledCounter, type Sample } from "./collected-metrics.ts";
import {
  FAULTS,
  LATENCY_BOUNDS_MS,
  type UpstreamCounters,
  type UpstreamRow,
} from "./upstream-counters.ts";

const UPSTREAM = ["upstream"];

export function addUpstreamMetrics(registry: Registry, upstreams: UpstreamCounters): void {
  addLabelledCounter(
    registry,
    "hermod_upstream_queries_total",
    "Queries sent to an upstream.",
    UPSTREAM,
    () => samplesOf(upstreams, (row) => row.queries),
  );
  addLabelledCounter(
    registry,
    "hermod_upstream_reused_total",
    "Queries sent on a connection that had carried one before.",
    UPSTREAM,
    () => samplesOf(upstreams, (row) => row.reused),
  );
  addLabelledCounter(
    registry,
    "hermod_upstream_errors_total",
    "Queries that an upstream did not answer, by why.",
    [...UPSTREAM, "fault"],
    () => faultSamples(upstreams),
  );
  addHistogram(
    registry,
    "hermod_upstream_latency_seconds",
    "From an upstream's query to its response.",
    LATENCY_BOUNDS_MS.map((ms) => ms / 1000),
    () =>
      Array.from(upstreams.entries(), ([upstream, row]) => ({
        labels: { upstream },
        sum: row.latencySumMs / 1000,
        buckets: row.latencies,
      })),
  );
}

function* samplesOf(
  upstreams: UpstreamCounters,
  valueOf: (row: UpstreamRow) => number,
): Iterable<Sample> {
  for (const [upstream, row] of upstreams.entries()) yield [{ upstream }, valueOf(row)];
}

function* faultSamples(upstreams: UpstreamCounters): Iterable<Sample> {
  for (const [upstream, row] of upstreams.entries()) {
    for (const [i, fault] of FAULTS.entries()) yield [{ upstream, fault }, row.faults[i]!];
  }
}
