import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FAULTS,
  LATENCY_BOUNDS_MS,
  UpstreamCounters,
  type UpstreamRow,
} from "../../../src/telemetry/upstream-counters.ts";

const URL = "tls://192.0.2.1:853#dns.example";

function rowOf(counters: UpstreamCounters): UpstreamRow {
  return new Map(counters.entries()).get(URL)!;
}

test("the configured upstreams are there from the start, in their order", () => {
  const counters = new UpstreamCounters([URL, "udp://192.0.2.2:53"]);
  counters.asked("tcp://192.0.2.3:53", false);
  assert.deepEqual(
    [...counters.entries()].map(([url, row]) => [url, row.queries]),
    [
      [URL, 0],
      ["udp://192.0.2.2:53", 0],
      ["tcp://192.0.2.3:53", 1],
    ],
  );
});

test("queries, reuse and faults are counted apart", () => {
  const counters = new UpstreamCounters([URL]);
  counters.asked(URL, false);
  counters.asked(URL, true);
  counters.asked(URL, true);
  for (const fault of ["timeout", "stopped", "timeout"] as const) counters.failed(URL, fault);
  const row = rowOf(counters);
  assert.equal(row.queries, 3);
  assert.equal(row.reused, 2);
  assert.equal(row.faults[FAULTS.indexOf("timeout")], 2);
  assert.equal(row.faults[FAULTS.indexOf("stopped")], 1);
  assert.equal(
    row.faults.reduce((a, b) => a + b),
    3,
  );
});

test("each latency falls into the bucket whose bound it does not exceed", () => {
  for (const [i, bound] of LATENCY_BOUNDS_MS.entries()) {
    const counters = new UpstreamCounters([URL]);
    counters.answered(URL, bound);
    counters.answered(URL, bound + 0.001);
    const row = rowOf(counters);
    const expected = new Float64Array(LATENCY_BOUNDS_MS.length + 1);
    expected[i] = expected[i + 1] = 1;
    assert.deepEqual(row.latencies, expected, `${bound} ms`);
    assert.equal(row.latencySumMs, bound + (bound + 0.001));
  }
});
