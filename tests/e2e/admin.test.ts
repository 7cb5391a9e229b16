// The admin listener: health, readiness and metrics of a running Hermod.

import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { after, before, test } from "node:test";
import { freePort } from "./free-port.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask } from "./query-programs.ts";

const skip = needs("kdig");
let hermod: Hermod;

before(async () => {
  hermod = await Hermod.start({ upstreams: [`udp://127.0.0.1:${await freePort()}`] });
});
after(() => hermod.stop());

test("/health and /ready say yes", async () => {
  const health = await fetch(`${hermod.adminUrl}/health`);
  assert.equal(health.status, 200);
  assert.match(await health.text(), /ok/);
  const ready = await fetch(`${hermod.adminUrl}/ready`);
  assert.equal(ready.status, 200, await ready.text());
});

test("a foreign Host header is turned away", async () => {
  // Not by fetch, which need not let anyone choose that header.
  const request = get(`${hermod.adminUrl}/metrics`, { headers: { host: "evil.example" } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  assert.equal(response.statusCode, 403);
});

test("/metrics counts queries by transport, path and rcode", { skip }, async () => {
  const count = (transport: string): Promise<number> => {
    const labels = [`transport="${transport}"`, 'path="local"', 'rcode="NOERROR"'];
    return hermod.metric("hermod_queries_total", ...labels);
  };
  const before = { udp: await count("udp"), tcp: await count("tcp") };
  for (const flag of ["+notcp", "+notcp", "+tcp"]) {
    const { status } = await ask("kdig", hermod.dnsPort, `localhost A ${flag}`);
    assert.equal(status, "NOERROR");
  }
  assert.deepEqual(
    { udp: await count("udp"), tcp: await count("tcp") },
    { udp: before.udp + 2, tcp: before.tcp + 1 },
  );
  const text = await (await fetch(`${hermod.adminUrl}/metrics`)).text();
  for (const name of [
    "hermod_cache_hits_total",
    "hermod_cache_misses_total",
    "hermod_cache_evictions_total",
    "hermod_cache_bytes",
    "hermod_upstream_latency_seconds",
  ]) {
    assert.match(text, new RegExp(`^# TYPE ${name} `, "m"));
  }
});
