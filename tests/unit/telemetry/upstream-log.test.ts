import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../../../src/telemetry/log.ts";
import { UpstreamCounters } from "../../../src/telemetry/upstream-counters.ts";
import { UpstreamLog } from "../../../src/telemetry/upstream-log.ts";

const URL = "tls://192.0.2.1:853#dns.example";

function setUp(): { lines: string[]; observer: UpstreamLog; counters: UpstreamCounters } {
  const lines: string[] = [];
  const log = createLog({ level: "info", write: (line) => lines.push(line.slice(25)) });
  const counters = new UpstreamCounters([URL]);
  return { lines, counters, observer: new UpstreamLog(counters, log) };
}

test("says once why an upstream can't be reached, and that it answers again", () => {
  const { lines, observer } = setUp();
  for (let i = 0; i < 100; i++) observer.failed(URL, "connect", "certificate has expired");
  observer.failed(URL, "connect", "connection refused");
  observer.answered(URL, 5);
  observer.answered(URL, 5);
  observer.failed(URL, "connect", "certificate has expired");
  assert.deepEqual(lines, [
    `warn upstream ${URL} can't be reached: certificate has expired\n`,
    `warn upstream ${URL} can't be reached: connection refused\n`,
    `info upstream ${URL} answers again\n`,
    `warn upstream ${URL} can't be reached: certificate has expired\n`,
  ]);
});

test("is silent about what happens every day, and hands everything on", () => {
  const { lines, observer, counters } = setUp();
  observer.asked(URL, false);
  observer.failed(URL, "closed", "closed by the other side");
  observer.failed(URL, "timeout", "no response in time");
  assert.deepEqual(lines, []);
  const row = [...counters.entries()][0]![1];
  assert.equal(row.queries, 1);
  assert.equal(
    row.faults.reduce((sum, count) => sum + count, 0),
    2,
  );
});
