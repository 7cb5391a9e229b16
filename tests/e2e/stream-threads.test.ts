// Hermod with its connections on two threads: every transport, load without loss, a certificate that
// is renewed, a limit, and a stop with queries in flight.

import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import * as dnsPacket from "dns-packet";
import { curl } from "../curl.ts";
import { ScriptedStream } from "../faults/scripted-upstream.ts";
import { listeningSockets } from "../listening-sockets.ts";
import { runtimeLacks } from "../runtime-lacks.ts";
import { StreamClient } from "../stream-client.ts";
import { run } from "./child-process.ts";
import { Load } from "./dnsperf.ts";
import { Hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { ask } from "./query-programs.ts";
import { renewCertificate } from "./renew-certificate.ts";
import { makeHermodCertificate, ResolverPair } from "./resolver-pair.ts";
import { shownCertificate } from "./shown-certificate.ts";
import { MANY, MANY_ADDRESS, WWW_ADDRESS, ZONE } from "./zone.ts";

const needed = needs("kdig", "curl", "dnsperf", "unbound", "openssl");
const skip = process.platform === "linux" ? needed : "the kernel spreads connections on Linux";
const timeout = 60_000;
const timeoutMs = 20_000;
const COUNT = 2;
const LOAD_SECONDS = 3;
const CONFIG = `streams: {threads: ${COUNT}}\n`;
let pair: ResolverPair;
let dohPort: number;

before(async () => {
  if (skip !== false) return;
  pair = await ResolverPair.start({ encrypted: true, config: CONFIG });
  dohPort = Number(new URL(pair.hermod.dohUrl).port);
});
after(() => pair?.stop());

describe("on two stream threads", () => {
  test("each thread listens at each port", { skip }, () => {
    for (const port of [pair.hermod.dnsPort, pair.hermod.dotPort, dohPort]) {
      assert.equal(listeningSockets(port), COUNT);
    }
  });

  for (const transport of ["+tcp", "+tls", "+https", "+https-get"]) {
    test(`kdig ${transport}: misses and hits`, { skip, timeout }, async () => {
      const { dnsPort, dotPort } = pair.hermod;
      const port = { "+tcp": dnsPort, "+tls": dotPort }[transport] ?? dohPort;
      const name = `k${transport.slice(1)}.${MANY}`;
      for (let i = 0; i < 6; i++) {
        const { answer, text } = await ask("kdig", port, `${name} A ${transport}`);
        assert.equal(answer[0]?.rdata, MANY_ADDRESS, text);
      }
      const { answer } = await ask("kdig", port, `large.${ZONE} TXT ${transport}`);
      assert.ok(answer.length > 1);
    });
  }

  if (!runtimeLacks("HTTP/3")) {
    test("HTTP/3, on whichever thread", { skip, timeout }, async () => {
      const questions = [{ name: `www.${ZONE}`, type: "A" } as const];
      const query = dnsPacket.encode({ type: "query", id: 0, flags: 0x100, questions });
      const url = `${pair.hermod.dohUrl}/dns-query?dns=${query.toString("base64url")}`;
      const program = join(import.meta.dirname, "http3-client.ts");
      const anchors = { NODE_EXTRA_CA_CERTS: pair.authority.certificateFile };
      const environment = { ...process.env, ...anchors };
      for (let i = 0; i < 6; i++) {
        const client = await run(process.execPath, [program, url], { environment, timeoutMs });
        assert.match(client.stdout, /^200 max-age=/, client.stderr);
      }
    });
  }

  test("queries count once, whichever thread answers", { skip, timeout }, async () => {
    const { hermod } = pair;
    const count = (): Promise<number> =>
      hermod.metric("hermod_queries_total", 'transport="tcp"', 'rcode="NOERROR"');
    const before = [await count(), await hermod.metric("hermod_cache_misses_total")];
    for (let i = 0; i < 10; i++) await ask("kdig", hermod.dnsPort, `once.${MANY} A +tcp`);
    const after = [await count(), await hermod.metric("hermod_cache_misses_total")];
    assert.deepEqual([after[0]! - before[0]!, after[1]! - before[1]!], [10, 1]);
  });

  for (const mode of ["tcp", "dot"] as const) {
    test(`dnsperf -m ${mode}: nothing is lost`, { skip, timeout }, async () => {
      const { hermod } = pair;
      const port = mode === "tcp" ? hermod.dnsPort : hermod.dotPort;
      const seconds = LOAD_SECONDS;
      const known = Array.from({ length: 1000 }, (_, i) => `n${i}.${MANY} A`);
      const anew = Array.from({ length: 20_000 }, (_, i) => `${mode}${i}.${MANY} A`);
      const loads = [
        Load.start({ port, mode, seconds, questions: known }),
        Load.start({ port, mode, seconds, questions: anew, rate: 2000 }),
      ];
      for (const load of loads) {
        const { lost, rcodes, sent, text } = await load.summary();
        assert.ok(sent > 1000, text);
        assert.equal(lost, 0, text);
        assert.deepEqual(rcodes, { NOERROR: sent }, text);
      }
      assert.equal(await hermod.metric("hermod_stream_misses_refused_total"), 0);
      assert.equal(await hermod.metric("hermod_stream_threads_replaced_total"), 0);
    });
  }

  test("a renewed certificate comes to every thread", { skip, timeout }, async () => {
    const { authority, hermod, tls } = pair;
    const seconds = LOAD_SECONDS;
    const questions = [`www.${ZONE} A`];
    const load = Load.start({ port: hermod.dotPort, mode: "dot", seconds, questions, rate: 2000 });
    const renewed = makeHermodCertificate(authority, 60);
    await renewCertificate(hermod, tls, renewed);
    // The former listeners accept a moment longer.
    await delay(500);
    for (const port of [hermod.dotPort, dohPort]) {
      assert.equal(listeningSockets(port), COUNT);
      for (let i = 0; i < 20; i++) {
        assert.equal((await shownCertificate(port)).trim(), renewed.certificate.trim());
      }
    }
    // Connections of before go on.
    const { lost, rcodes, sent, text } = await load.summary();
    assert.equal(lost, 0, text);
    assert.deepEqual(rcodes, { NOERROR: sent }, text);
    const { answer } = await ask("kdig", hermod.dotPort, `www.${ZONE} A +tls`);
    assert.equal(answer[0]?.rdata, WWW_ADDRESS);
  });
});

test("SIGTERM: what is in flight on either thread is answered", { skip, timeout }, async () => {
  const each = 20;
  const upstream = await ScriptedStream.start(() => {});
  const upstreams = [`tcp://127.0.0.1:${upstream.port}`];
  const hermod = await Hermod.start({ upstreams, config: CONFIG, tls: pair.tls });
  const asked = async (count: number): Promise<void> => {
    while (upstream.asked.length < count) await delay(5);
  };
  const requests = [0, 1, 2, 3].map((i) => {
    const questions = [{ name: `doh${i}.example`, type: "A" } as const];
    const query = dnsPacket.encode({ type: "query", id: 0, flags: 0x100, questions });
    return curl(`${hermod.dohUrl}/dns-query?dns=${query.toString("base64url")}`);
  });
  await asked(requests.length);
  const clients = Array.from({ length: 12 }, () => new StreamClient(hermod.dnsPort));
  for (const [c, client] of clients.entries()) {
    for (let id = 0; id < each; id++) client.send(`n${c}-${id}.example`, id);
  }
  await asked(requests.length + clients.length * each);
  const stopped = hermod.stop();
  await delay(100);
  for (const each of upstream.asked) each.respond();
  await stopped;
  for (const { heard } of clients) {
    assert.deepEqual(
      heard.map(({ id }) => id!).sort((a, b) => a - b),
      Array.from({ length: each }, (_, id) => id),
    );
  }
  for (const request of requests) assert.equal((await request).status, 200);
  upstream.kill();
});

test("limits.connections holds over all threads", { skip, timeout }, async () => {
  const limit = 20;
  const upstreams = [`udp://127.0.0.1:${pair.unbound.ports.plain}`];
  const hermod = await Hermod.start({
    upstreams,
    config: `${CONFIG}limits: {connections: ${limit}}\n`,
  });
  const open: StreamClient[] = [];
  // A thread that has its share leaves the rest to the other; what it had not accepted is reset.
  for (let i = 0; i < 20 * limit && open.length < limit; i++) {
    const client = new StreamClient(hermod.dnsPort);
    client.send("localhost", 1);
    while (!client.isClosed && client.heard.length === 0) await delay(1);
    if (client.heard.length > 0) open.push(client);
  }
  assert.equal(open.length, limit);
  assert.equal(await hermod.metric("hermod_connections"), limit);
  assert.equal(listeningSockets(hermod.dnsPort), 0);
  for (const client of open) client.close();
  while (listeningSockets(hermod.dnsPort) < COUNT) await delay(20);
  assert.equal((await ask("kdig", hermod.dnsPort, "localhost A +tcp")).status, "NOERROR");
  await hermod.stop();
});
