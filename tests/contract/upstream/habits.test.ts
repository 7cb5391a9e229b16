// The habits of upstream connections: what shows at the upstream when one is left off. Every query is
// answered all the same.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import { ALL_HABITS, type StreamHabits } from "../../../src/upstream/stream-habits.ts";
import { StreamUpstream } from "../../../src/upstream/stream-upstream.ts";
import {
  type Authority,
  type Certificate,
  makeAuthority,
  makeCertificate,
} from "../../certificates.ts";
import { needs } from "../../e2e/programs.ts";
import { CountingObserver, nameIn, queryFor, responseOf } from "../../faults/asking.ts";
import { type Script, ScriptedStream } from "../../faults/scripted-upstream.ts";
import { runtimeLacks } from "../../runtime-lacks.ts";
import { eventually } from "../runtime/recorded-stream.ts";

const LOOPBACK = "127.0.0.1";
const NAME = "dns.example";
const TIMEOUT_MS = 4000;
const skipTls = needs("openssl");
const runtime = await selectRuntime();
const answer: Script = (asked) => asked.respond();
const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

interface Pair {
  readonly server: ScriptedStream;
  readonly upstream: StreamUpstream;
  readonly observer: CountingObserver;
}

let authority: Authority | undefined;
let certificate: Certificate | undefined;

async function start(habits: Partial<StreamHabits>, script = answer, isTls = false): Promise<Pair> {
  if (isTls) {
    authority ??= makeAuthority();
    certificate ??= makeCertificate(authority, { names: [NAME] });
  }
  const server = await ScriptedStream.start(script, isTls ? { tls: certificate! } : {});
  const observer = new CountingObserver();
  const remote = { host: LOOPBACK, port: server.port };
  const options = { url: "upstream", remote, runtime, timers, observer };
  const tls = isTls && { authenticationName: NAME, ca: authority!.certificate, alpn: ["dot"] };
  const upstream = new StreamUpstream({
    ...options,
    ...(tls && { tls }),
    habits: { ...ALL_HABITS, ...habits },
  });
  closers.push(() => {
    upstream.close();
    server.kill();
  });
  return { server, upstream, observer };
}

async function askAll(upstream: StreamUpstream, prefix: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}.example`);
  const responses = await Promise.all(
    names.map((n) => responseOf(upstream, queryFor(n), TIMEOUT_MS)),
  );
  assert.deepEqual(responses.map(nameIn), names);
}

describe("queries that are not joined", () => {
  test("are each written as they are asked", async () => {
    const script: Script = (asked) => asked.respond();
    const joined = await start({}, script);
    const apart = await start({ joinsQueries: false }, script);
    const writes = async ({ upstream }: Pair): Promise<number> => {
      await askAll(upstream, "first", 1);
      const stream = upstream["current"]!["stream"];
      let count = 0;
      const write = stream.write.bind(stream);
      stream.write = (...given) => {
        count++;
        return write(...given);
      };
      await askAll(upstream, "n", 50);
      return count;
    };
    assert.equal(await writes(joined), 1);
    assert.equal(await writes(apart), 50);
  });
});

describe("connections that carry one query at a time", () => {
  test("are as many as there are queries at once, and are used again", async () => {
    const { observer, server, upstream } = await start({ pipelines: false });
    await askAll(upstream, "a", 5);
    assert.equal(server.connections.length, 5);
    assert.deepEqual(new Set(server.asked.map(({ from }) => from)).size, 5);
    for (const prefix of ["b", "c"]) await askAll(upstream, prefix, 5);
    assert.equal(server.connections.length, 5);
    assert.equal(observer.queries, 15);
    assert.equal(observer.reused, 10);
  });

  test("are replaced when the upstream closes them", async () => {
    const { server, upstream } = await start({ pipelines: false });
    await askAll(upstream, "a", 3);
    server.killConnections();
    await eventually(() => upstream["idle"].length === 0, "no idle connection");
    await askAll(upstream, "b", 3);
    assert.equal(server.connections.length, 6);
  });
});

describe("connections that are not used again", () => {
  test("end with their one response", async () => {
    const { observer, server, upstream } = await start({ reuses: false });
    for (let i = 0; i < 4; i++) await askAll(upstream, `a${i}`, 3);
    assert.equal(server.connections.length, 12);
    assert.equal(observer.queries, 12);
    assert.equal(observer.reused, 0);
    await eventually(() => server.connections.every(({ destroyed }) => destroyed), "all closed");
    assert.equal(upstream["retired"].size, 0);
  });

  test("go with the upstream when it is closed, and so does what they carry", async () => {
    const { server, upstream } = await start({ reuses: false }, () => {});
    const asked = [0, 1].map((i) =>
      responseOf(upstream, queryFor(`silent${i}.example`), TIMEOUT_MS),
    );
    const outcomes = Promise.allSettled(asked);
    await eventually(() => server.asked.length === 2, "both queries");
    upstream.close();
    const statuses = (await outcomes).map(({ status }) => status);
    assert.deepEqual(statuses, ["rejected", "rejected"]);
  });
});

describe("TLS sessions", () => {
  for (const resumesSessions of [true, false]) {
    test(`are resumed: ${resumesSessions}`, { skip: skipTls }, async () => {
      const habits = { reuses: false, resumesSessions };
      const { server, upstream } = await start(habits, answer, true);
      let resumed = 0;
      for (let i = 0; i < 4; i++) {
        await askAll(upstream, `a${i}`, 1);
        if ((server.connections.at(-1) as TLSSocket).isSessionReused()) resumed++;
      }
      assert.equal(server.connections.length, 4);
      const expected = resumesSessions && !runtimeLacks("resumed TLS sessions") ? 3 : 0;
      assert.equal(resumed, expected);
    });
  }
});
