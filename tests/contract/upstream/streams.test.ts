// Upstreams over TCP and over TLS against a scripted server: the same class serves both, so the same
// suite holds both.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import { StreamUpstream } from "../../../src/upstream/stream-upstream.ts";
import {
  type Authority,
  type Certificate,
  makeAuthority,
  makeCertificate,
} from "../../certificates.ts";
import { needs } from "../../e2e/programs.ts";
import {
  assertFault,
  CountingObserver,
  decode,
  nameIn,
  queryFor,
  responseOf,
} from "../../faults/asking.ts";
import { framed, responseTo, type Script, ScriptedStream } from "../../faults/scripted-upstream.ts";
import { Random, SEED } from "../../fuzz/random.ts";
import { eventually } from "../runtime/recorded-stream.ts";

const LOOPBACK = "127.0.0.1";
const NAME = "dns.example";
const TIMEOUT_MS = 4000;
const runtime = await selectRuntime();
const answer: Script = (asked) => asked.respond();
const silence: Script = () => {};

interface Pair {
  readonly server: ScriptedStream;
  readonly upstream: StreamUpstream;
  readonly observer: CountingObserver;
}

const pairs: Pair[] = [];
after(() => {
  for (const { server, upstream } of pairs) {
    upstream.close();
    server.kill();
  }
});

for (const scheme of ["tcp", "tls"] as const) {
  const skip = scheme === "tls" ? needs("openssl") : false;

  describe(`an upstream over ${scheme}`, () => {
    let authority: Authority | undefined;
    let certificate: Certificate | undefined;

    const startServer = (script: Script, port = 0): Promise<ScriptedStream> => {
      if (scheme === "tcp") return ScriptedStream.start(script, { port });
      authority ??= makeAuthority();
      certificate ??= makeCertificate(authority, { names: [NAME] });
      return ScriptedStream.start(script, { port, tls: certificate });
    };

    const start = async (script: Script, authenticationName = NAME): Promise<Pair> => {
      const server = await startServer(script);
      const observer = new CountingObserver();
      const url = `${scheme}://${LOOPBACK}:${server.port}`;
      const remote = { host: LOOPBACK, port: server.port };
      const options = { url, remote, runtime, timers, observer };
      const ca = authority?.certificate ?? "";
      const tls = { authenticationName, ca, alpn: ["dot"] };
      const upstream = new StreamUpstream(scheme === "tcp" ? options : { ...options, tls });
      const pair = { server, upstream, observer };
      pairs.push(pair);
      return pair;
    };

    test("answers with the ID of the query and leaves the query as it was", { skip }, async () => {
      const { upstream, observer, server } = await start(answer);
      const query = queryFor("a.example", 0xbeef);
      const before = query.slice();
      const response = await responseOf(upstream, query, TIMEOUT_MS);
      assert.deepEqual(query, before);
      assert.equal(decode(response).id, 0xbeef);
      assert.equal(nameIn(response), "a.example");
      assert.equal(response.byteLength, response.buffer.byteLength, "a buffer of its own");
      assert.equal(upstream.authenticated, scheme === "tls");
      assert.equal(server.asked[0]!.bytes.length % 128 === 0, scheme === "tls", "padded over TLS");
      assert.equal(observer.latenciesMs.length, 1);
    });

    test("keeps one connection for everything and counts its reuse", { skip }, async () => {
      const { upstream, observer, server } = await start(answer);
      for (let i = 0; i < 20; i++)
        await responseOf(upstream, queryFor(`a${i}.example`), TIMEOUT_MS);
      assert.equal(server.connections.length, 1);
      assert.equal(observer.queries, 20);
      assert.equal(observer.reused, 19);
    });

    test("what is asked in one tick leaves in one write", { skip }, async () => {
      const { upstream, server } = await start(answer);
      await responseOf(upstream, queryFor("first.example"), TIMEOUT_MS);
      const chunksBefore = server.chunks;
      const names = Array.from({ length: 50 }, (_, i) => `n${i}.example`);
      await Promise.all(names.map((name) => responseOf(upstream, queryFor(name), TIMEOUT_MS)));
      assert.ok(server.chunks - chunksBefore <= 5, `${server.chunks - chunksBefore} chunks`);
    });

    test("takes answers in any order", { skip }, async () => {
      const { upstream, server } = await start((_, index) => {
        if (index === 2) for (const asked of [...server.asked].reverse()) asked.respond();
      });
      const names = ["a.example", "b.example", "c.example"];
      const responses = await Promise.all(
        names.map((n) => responseOf(upstream, queryFor(n), TIMEOUT_MS)),
      );
      assert.deepEqual(responses.map(nameIn), names);
    });

    test("has 1,000 queries in flight on one connection", { skip }, async () => {
      const random = new Random(SEED);
      const count = 1000;
      const { upstream, server, observer } = await start((_, index) => {
        if (index !== count - 1) return;
        const waiting = [...server.asked];
        while (waiting.length > 0) waiting.splice(random.below(waiting.length), 1)[0]!.respond();
      });
      const names = Array.from({ length: count }, (_, i) => `n${i}.example`);
      const responses = await Promise.all(
        names.map((n) => responseOf(upstream, queryFor(n), TIMEOUT_MS)),
      );
      assert.deepEqual(responses.map(nameIn), names, `seed ${SEED}`);
      assert.equal(server.connections.length, 1);
      assert.equal(observer.reused, count - 1);
    });

    test("refuses more than its table holds, and loses none of the others", { skip }, async () => {
      const { upstream, server } = await start(silence);
      const capacity = 4096;
      const asked = Array.from({ length: capacity }, (_, i) =>
        responseOf(upstream, queryFor(`n${i}.example`), TIMEOUT_MS),
      );
      await assertFault(responseOf(upstream, queryFor("last.example"), TIMEOUT_MS), "overload");
      await eventually(() => server.asked.length === capacity, "every query");
      for (const query of server.asked) query.respond();
      assert.equal((await Promise.all(asked)).length, capacity);
    });

    test(
      "ignores a response with another question and waits for the right one",
      { skip },
      async () => {
        const { upstream } = await start((asked) => {
          asked.respond({ questions: [{ type: "A", name: "evil.example" }], answers: [] });
          asked.respond({ questions: [{ type: "AAAA", name: asked.name }], answers: [] });
          asked.respond({ questions: [], answers: [] });
          asked.send(asked.bytes);
          setTimeout(() => asked.respond({ questions: [{ type: "A", name: "A.eXample" }] }), 20);
        });
        const response = await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
        assert.equal(nameIn(response), "A.eXample");
        assert.equal(decode(response).answers?.length, 1);
      },
    );

    test("ignores a response with an ID that is not in flight", { skip }, async () => {
      const { upstream } = await start((asked) => {
        for (const id of [asked.id + 1, 4095, 4096, 65_535]) asked.respond({ id, answers: [] });
        setTimeout(() => asked.respond(), 20);
      });
      const response = await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
      assert.equal(decode(response).answers?.length, 1);
    });

    test("takes a failure without a question for the response to its ID", { skip }, async () => {
      const { upstream } = await start((asked) =>
        asked.respond({ flags: 0x185, questions: [], answers: [] }),
      );
      const response = await responseOf(upstream, queryFor("a.example", 0xbeef), TIMEOUT_MS);
      assert.equal(response.length, 12);
      assert.equal(decode(response).id, 0xbeef);
      assert.equal(response[3]! & 15, 5);
    });

    test("a second response to the same query is nobody's", { skip }, async () => {
      const { upstream } = await start((asked) => {
        asked.respond();
        asked.respond({ answers: [] });
      });
      for (let i = 0; i < 5; i++) {
        const response = await responseOf(upstream, queryFor("same.example"), TIMEOUT_MS);
        assert.equal(decode(response).answers?.length, 1);
      }
    });

    test("reads messages however they are cut", { skip }, async () => {
      const { upstream, server } = await start((asked, index) => {
        if (index < 2) return;
        const all = Buffer.concat(server.asked.map(({ bytes }) => framed(responseTo(bytes))));
        const socket = server.connections[asked.from]!;
        void (async () => {
          for (const byte of all) {
            socket.write(Uint8Array.of(byte));
            await delay(0);
          }
        })();
      });
      const names = ["a.example", "b.example", "c.example"];
      const responses = await Promise.all(
        names.map((n) => responseOf(upstream, queryFor(n), TIMEOUT_MS)),
      );
      assert.deepEqual(responses.map(nameIn), names);
    });

    test("times out; the ID rests and the late response reaches nobody", { skip }, async () => {
      const { upstream, server, observer } = await start((asked, index) => {
        if (index > 0) asked.respond();
      });
      await assertFault(responseOf(upstream, queryFor("same.example"), 60), "timeout");
      assert.deepEqual(observer.faults, ["timeout"]);
      const lateId = server.asked[0]!.id;
      const first = responseOf(upstream, queryFor("same.example"), TIMEOUT_MS);
      server.asked[0]!.respond({ answers: [] });
      assert.equal(decode(await first).answers?.length, 1);
      assert.notEqual(server.asked[1]!.id, lateId);
    });

    test("a connection that is lost: what is in flight is asked once more", { skip }, async () => {
      const { upstream, server, observer } = await start((asked) => {
        if (asked.from !== 1) return asked.name === "first.example" ? asked.respond() : undefined;
        asked.respond();
      });
      await responseOf(upstream, queryFor("first.example"), TIMEOUT_MS);
      const names = Array.from({ length: 100 }, (_, i) => `n${i}.example`);
      const asked = names.map((name) => responseOf(upstream, queryFor(name), TIMEOUT_MS));
      await eventually(() => server.asked.length === 101, "the queries");
      server.killConnections();
      assert.deepEqual((await Promise.all(asked)).map(nameIn), names);
      assert.equal(server.connections.length, 2);
      assert.deepEqual(observer.faults, []);
    });

    test("lost twice: the query fails", { skip }, async () => {
      const { upstream, server } = await start((asked) => {
        if (asked.name === "first.example") return asked.respond();
        server.killConnections();
      });
      await responseOf(upstream, queryFor("first.example"), TIMEOUT_MS);
      await assertFault(responseOf(upstream, queryFor("a.example"), TIMEOUT_MS), "closed");
      assert.equal(server.asked.length, 3);
    });

    test("lost before it ever answered: the query fails at once", { skip }, async () => {
      const { upstream, server } = await start(() => server.killConnections());
      await assertFault(responseOf(upstream, queryFor("a.example"), TIMEOUT_MS), "closed");
      assert.equal(server.asked.length, 1);
    });

    test("closed while idle: the next query has a connection again", { skip }, async () => {
      const { upstream, server, observer } = await start(answer);
      await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
      server.connections[0]!.end();
      await eventually(() => server.connections[0]!.destroyed, "the close");
      await delay(20);
      await responseOf(upstream, queryFor("b.example"), TIMEOUT_MS);
      assert.equal(server.connections.length, 2);
      assert.deepEqual(observer.faults, []);
    });

    test(
      "when nobody listens queries fail at once, and again later when somebody does",
      { skip },
      async () => {
        const { upstream, server, observer } = await start(answer);
        const { port } = server;
        server.kill();
        await assertFault(responseOf(upstream, queryFor("a.example"), TIMEOUT_MS), "connect");
        const startMs = performance.now();
        await assertFault(responseOf(upstream, queryFor("b.example"), TIMEOUT_MS), "connect");
        assert.equal(observer.queries, 1, "backing off, no connection was tried");
        assert.ok(performance.now() - startMs < 1000);
        const revived = await startServer(answer, port);
        pairs.push({ server: revived, upstream, observer });
        let response: Uint8Array | undefined;
        const end = performance.now() + TIMEOUT_MS;
        while (response === undefined && performance.now() < end) {
          response = await responseOf(upstream, queryFor("c.example"), TIMEOUT_MS).catch(
            () => undefined,
          );
          await delay(20);
        }
        assert.equal(nameIn(response!), "c.example");
      },
    );

    test(
      "a connection that went silent is replaced, and its queries asked again",
      { skip },
      async () => {
        const { upstream, server } = await start((asked) => {
          if (asked.from === 1 || asked.name === "first.example") asked.respond();
        });
        await responseOf(upstream, queryFor("first.example"), TIMEOUT_MS);
        const names = ["a.example", "b.example"];
        const responses = await Promise.all(
          names.map((n) => responseOf(upstream, queryFor(n), TIMEOUT_MS)),
        );
        assert.deepEqual(responses.map(nameIn), names);
        assert.equal(server.connections.length, 2);
      },
    );

    test(
      "a slow response still counts when its connection has been replaced",
      { skip },
      async () => {
        const { upstream, server, observer } = await start((asked) => {
          if (asked.name === "first.example") return asked.respond();
          if (asked.from === 0) setTimeout(() => asked.respond(), 1500);
        });
        await responseOf(upstream, queryFor("first.example"), TIMEOUT_MS);
        const response = await responseOf(upstream, queryFor("slow.example"), TIMEOUT_MS);
        assert.equal(nameIn(response), "slow.example");
        assert.equal(server.asked.length, 3, "asked once more meanwhile");
        assert.deepEqual(observer.faults, []);
        await eventually(() => server.connections[0]!.destroyed, "the old connection's end");
      },
    );

    test("garbage: a message shorter than a header ends the connection", { skip }, async () => {
      const { upstream, server } = await start((asked) => asked.send(Uint8Array.of(1, 2, 3)));
      await assertFault(responseOf(upstream, queryFor("a.example"), TIMEOUT_MS), "closed");
      await eventually(() => server.connections[0]!.destroyed, "the close");
    });

    test("garbage: random messages under the right ID are ignored", { skip }, async () => {
      const random = new Random(SEED);
      const { upstream } = await start((asked) => {
        for (let i = 0; i < 200; i++) {
          const message = random.bytes(12 + random.below(100));
          message.set(asked.bytes.subarray(0, 2));
          asked.send(message);
        }
        asked.respond();
      });
      const response = await responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
      assert.equal(decode(response).answers?.length, 1, `seed ${SEED}`);
    });

    test("a length that is never filled costs a time-out", { skip }, async () => {
      const { upstream, server } = await start((asked) => {
        server.connections[asked.from]!.write(Uint8Array.of(0xff, 0xff, 0, 0));
      });
      await assertFault(responseOf(upstream, queryFor("a.example"), 100), "timeout");
    });

    test("close() ends what is in flight and what comes after", { skip }, async () => {
      const { upstream, server } = await start(silence);
      const asked = responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
      await eventually(() => server.asked.length === 1, "the query");
      upstream.close();
      await assertFault(asked, "stopped");
      await assertFault(responseOf(upstream, queryFor("b.example"), TIMEOUT_MS), "stopped");
      await eventually(() => server.connections[0]!.destroyed, "the close");
    });

    test("close() while it connects", { skip }, async () => {
      const { upstream } = await start(answer);
      const asked = responseOf(upstream, queryFor("a.example"), TIMEOUT_MS);
      upstream.close();
      await assertFault(asked, "stopped");
    });

    if (scheme === "tls") {
      test("the wrong name: refused with the reason, and nothing is asked", { skip }, async () => {
        const { upstream, server } = await start(answer, "other.example");
        const message = await assertFault(
          responseOf(upstream, queryFor("a.example"), TIMEOUT_MS),
          "connect",
        );
        assert.match(message, /other\.example/);
        assert.match(message, /dns\.example/);
        assert.equal(server.asked.length, 0);
      });
    }
  });
}
