// An upstream over UDP against a scripted server: what is spoofed, malformed or truncated never
// becomes an answer.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import { UdpUpstream } from "../../../src/upstream/udp-upstream.ts";
import {
  assertFault,
  CountingObserver,
  decode,
  nameIn,
  queryFor,
  responseOf,
} from "../../faults/asking.ts";
import {
  responseTo,
  type Script,
  ScriptedDatagrams,
  ScriptedStream,
} from "../../faults/scripted-upstream.ts";
import { Random, SEED } from "../../fuzz/random.ts";
import { runtimeLacks } from "../../runtime-lacks.ts";
import { eventually } from "../runtime/recorded-stream.ts";

const LOOPBACK = "127.0.0.1";
const TIMEOUT_MS = 4000;
const TRUNCATED = { flags: 0x380, answers: [] };
const runtime = await selectRuntime();
const answer: Script = (asked) => asked.respond();
const silence: Script = () => {};

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

function upstreamAt(port: number): { upstream: UdpUpstream; observer: CountingObserver } {
  const observer = new CountingObserver();
  const url = `udp://${LOOPBACK}:${port}`;
  const remote = { host: LOOPBACK, port };
  const upstream = new UdpUpstream({ url, remote, runtime, timers, observer });
  closing.push(() => upstream.close());
  return { upstream, observer };
}

async function start(
  script: Script,
  port = 0,
): Promise<{ server: ScriptedDatagrams; upstream: UdpUpstream; observer: CountingObserver }> {
  const server = await ScriptedDatagrams.start(script, port);
  closing.push(() => server.close());
  return { server, ...upstreamAt(server.port) };
}

/** UDP and TCP on one port. */
async function startBoth(
  overUdp: Script,
  overTcp: Script,
): Promise<{ tcp: ScriptedStream; upstream: UdpUpstream; observer: CountingObserver }> {
  const tcp = await ScriptedStream.start(overTcp);
  closing.push(() => tcp.kill());
  return { tcp, ...(await start(overUdp, tcp.port)) };
}

describe("an upstream over UDP", () => {
  test("answers with the ID of the query and leaves the query as it was", async () => {
    const { upstream, observer } = await start(answer);
    const query = queryFor("a.example", 0xbeef);
    const before = query.slice();
    const response = await responseOf(upstream, query, TIMEOUT_MS);
    assert.deepEqual(query, before);
    assert.equal(decode(response).id, 0xbeef);
    assert.equal(nameIn(response), "a.example");
    assert.equal(upstream.authenticated, false);
    assert.deepEqual([observer.queries, observer.reused], [1, 0]);
    assert.equal(observer.latenciesMs.length, 1);
  });

  test("every query has an ID and a port that nobody can foretell", async () => {
    const { upstream, server } = await start(answer);
    const count = 200;
    for (let i = 0; i < count; i++)
      await responseOf(upstream, queryFor("a.example", 7), TIMEOUT_MS);
    const ids = new Set(server.asked.map(({ id }) => id));
    const ports = new Set(server.asked.map(({ from }) => from));
    assert.ok(ids.size > count * 0.9, `${ids.size} IDs`);
    assert.ok(ports.size > count * 0.9, `${ports.size} ports`);
    const steps = server.asked.slice(1).map(({ id }, i) => id - server.asked[i]!.id);
    assert.ok(new Set(steps).size > count * 0.9, "the IDs follow no step");
  });

  test("many at once each get their own answer", async () => {
    const { upstream } = await start(answer);
    const names = Array.from({ length: 100 }, (_, i) => `n${i}.example`);
    const responses = await Promise.all(
      names.map((n) => responseOf(upstream, queryFor(n), TIMEOUT_MS)),
    );
    assert.deepEqual(responses.map(nameIn), names);
  });

  test("ignores what does not match, and waits for what does", async () => {
    const random = new Random(SEED);
    const { upstream } = await start((asked) => {
      asked.respond({ id: (asked.id + 1) & 0xffff, answers: [] });
      asked.respond({ questions: [{ type: "A", name: "evil.example" }], answers: [] });
      asked.respond({ questions: [{ type: "AAAA", name: asked.name }], answers: [] });
      asked.send(asked.bytes);
      for (let length = 0; length < 24; length++) asked.send(asked.bytes.subarray(0, length));
      const noise = random.bytes(60);
      noise.set(asked.bytes.subarray(0, 2));
      asked.send(noise);
      setTimeout(() => asked.respond({ questions: [{ type: "A", name: "A.Example" }] }), 20);
    });
    const response = await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
    assert.equal(nameIn(response), "A.Example", `seed ${SEED}`);
    assert.equal(decode(response).answers?.length, 1);
  });

  test("does not hear anyone but the upstream", async () => {
    const attacker = createSocket("udp4");
    attacker.bind(0, LOOPBACK);
    await once(attacker, "listening");
    closing.push(() => attacker.close());
    const { upstream } = await start((asked) => {
      attacker.send(responseTo(asked.bytes, { answers: [] }), asked.from, LOOPBACK);
      setTimeout(() => asked.respond(), 50);
    });
    const response = await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
    assert.equal(decode(response).answers?.length, 1);
  });

  test("asks again after a second, with the same datagram from the same port", async () => {
    const { upstream, server, observer } = await start((asked, index) => {
      if (index === 1) asked.respond();
    });
    const response = await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
    assert.equal(decode(response).answers?.length, 1);
    assert.equal(server.asked.length, 2);
    const [first, second] = server.asked;
    assert.equal(first!.from, second!.from);
    assert.deepEqual(first!.bytes, second!.bytes);
    assert.equal(observer.queries, 2);
  });

  test("times out, having asked twice and no more", async () => {
    const { upstream, server, observer } = await start(silence);
    await assertFault(responseOf(upstream, queryFor("a.example"), 2500), "timeout");
    assert.equal(server.asked.length, 2);
    assert.deepEqual(observer.faults, ["timeout"]);
  });

  test("a short deadline is kept", async () => {
    const { upstream, server } = await start(silence);
    const startMs = performance.now();
    await assertFault(responseOf(upstream, queryFor("a.example"), 50), "timeout");
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs >= 50 && tookMs < 900, `${tookMs} ms`);
    assert.equal(server.asked.length, 1);
  });

  const tellsErrors = !runtimeLacks("errors of datagrams");
  test("fails when nobody listens, at once if the runtime tells", async () => {
    const server = await ScriptedDatagrams.start(silence);
    const { upstream } = upstreamAt(server.port);
    server.close();
    await delay(20);
    const asked = responseOf(upstream, queryFor("a.example"), 1500);
    await assertFault(asked, tellsErrors ? "connect" : "timeout");
  });

  test("a truncated response: the question is asked again over TCP", async () => {
    const { upstream, tcp, observer } = await startBoth(
      (asked) => asked.respond(TRUNCATED),
      answer,
    );
    const response = await responseOf(upstream, queryFor("big.example", 0x1234), TIMEOUT_MS);
    assert.equal(decode(response).answers?.length, 1);
    assert.equal(decode(response).flag_tc, false);
    assert.equal(decode(response).id, 0x1234);
    assert.equal(tcp.asked.length, 1);
    assert.equal(observer.queries, 2);
    assert.equal(observer.latenciesMs.length, 1);
  });

  test("a truncated response is never handed on when TCP fails", async () => {
    const { upstream } = await startBoth(
      (asked) => asked.respond(TRUNCATED),
      () => {},
    );
    await assertFault(responseOf(upstream, queryFor("big.example"), 200), "timeout");
    const { upstream: without } = await start((asked) => asked.respond(TRUNCATED));
    await assertFault(responseOf(without, queryFor("big.example"), TIMEOUT_MS), "connect");
  });

  test("opens a bounded number of sockets", async () => {
    const { upstream } = await start(silence);
    const asked = Array.from({ length: 1001 }, (_, i) =>
      responseOf(upstream, queryFor(`n${i}.example`), TIMEOUT_MS),
    );
    await assertFault(asked.pop()!, "overload");
    upstream.close();
    const settled = await Promise.allSettled(asked);
    assert.ok(settled.every(({ status }) => status === "rejected"));
  });

  test("close() ends what is in flight and what comes after", async () => {
    const { upstream, server } = await start(silence);
    const asked = responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
    await eventually(() => server.asked.length === 1, "the query");
    upstream.close();
    await assertFault(asked, "stopped");
    await assertFault(responseOf(upstream, queryFor("b.example"), TIMEOUT_MS), "stopped");
  });
});
