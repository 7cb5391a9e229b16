import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { lifetime } from "../../../src/cache/stored-response.ts";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { COUNTER, Counters, PATH, TRANSPORT } from "../../../src/memory/counters.ts";
import type { WordBuffer } from "../../../src/memory/word-buffer.ts";
import { FAILURE_FLAG } from "../../../src/resolver/question-key.ts";
import { Resolver } from "../../../src/resolver/resolve.ts";
import { UpstreamError } from "../../../src/upstream/contract.ts";
import { Answering } from "../../answering.ts";
import { encode, ScriptedGroup } from "../../scripted-group.ts";

const WAIT_MS = 500;

function setUp(limits: { question?: number; client?: number } = {}): {
  set: Answering;
  group: ScriptedGroup;
  resolver: Resolver;
  counters: Counters;
  ask: (name: string, id?: number) => { responses: dnsPacket.DecodedPacket[]; done: Promise<void> };
} {
  const set = new Answering();
  const group = new ScriptedGroup();
  const counters = new Counters();
  const { answerer, store } = set;
  const resolver = new Resolver({
    answerer,
    store,
    upstream: group,
    timers,
    counters,
    waitMs: WAIT_MS,
    waitersPerQuestion: limits.question ?? 100,
    waitersPerClient: limits.client ?? 100,
  });
  return { set, group, resolver, counters, ask: (name, id = 1) => askVia(set, resolver, name, id) };
}

function askVia(
  set: Answering,
  resolver: Resolver,
  name: string,
  id: number,
): { responses: dnsPacket.DecodedPacket[]; done: Promise<void> } {
  const query = encode({
    type: "query",
    id,
    flags: 0x100,
    questions: [{ type: "A", name }],
    additionals: [{ type: "OPT", name: ".", options: [] }],
  });
  const responses: dnsPacket.DecodedPacket[] = [];
  const done = new Promise<void>((resolve) => {
    const respond = (out: WordBuffer, offset: number, length: number): void => {
      responses.push(dnsPacket.decode(Buffer.from(out.bytes.slice(offset, offset + length))));
      resolve();
    };
    resolver.resolve(query, 0, query.length, set.client, { respond });
  });
  return { responses, done };
}

const A = (name: string, data: string, ttl = 300): unknown => ({ type: "A", name, data, ttl });
const rcode = (packet: dnsPacket.DecodedPacket): string =>
  (packet as unknown as { rcode: string }).rcode;
function edeOf(packet: dnsPacket.DecodedPacket): { code: number; text: string } | undefined {
  const opt = packet.additionals!.find((r) => r.type === "OPT") as unknown as {
    options: { code: number; data: Uint8Array }[];
  };
  const option = opt.options.find((o) => o.code === 15);
  if (option === undefined) return undefined;
  const data = Buffer.from(option.data);
  return { code: data.readUInt16BE(0), text: data.subarray(2).toString() };
}

describe("resolve()", () => {
  test("asks once for any number of identical questions, and answers each with its own ID", async () => {
    const { ask, group, resolver } = setUp();
    const all = Array.from({ length: 50 }, (_, i) => ask(i % 2 ? "a.example" : "A.Example", i));
    assert.equal(group.asked.length, 1);
    assert.equal(resolver.waiting, 50);
    group.respond(0, { answers: [A("a.example", "192.0.2.1")] });
    await Promise.all(all.map((one) => one.done));
    all.forEach(({ responses }, i) => {
      assert.equal(responses.length, 1);
      assert.equal(responses[0]!.id, i);
      assert.equal(responses[0]!.questions![0]!.name, i % 2 ? "a.example" : "A.Example");
      assert.deepEqual(
        responses[0]!.answers!.map((a) => (a as { data: string }).data),
        ["192.0.2.1"],
      );
    });
    assert.equal(resolver.waiting, 0);
  });

  test("asks with RD and AD, in lower case, without the client's options", async () => {
    const { ask, group } = setUp();
    const one = ask("MiXeD.example");
    const { query } = group.asked[0]!;
    assert.equal(query.questions![0]!.name, "mixed.example");
    assert.equal(query.flag_rd, true);
    assert.equal(query.flag_ad, true);
    group.respond(0, { answers: [A("mixed.example", "192.0.2.1")] });
    await one.done;
  });

  test("caches what came, and does not cache TTL 0", async () => {
    const { ask, group, set } = setUp();
    const kept = ask("kept.example");
    group.respond(0, { answers: [A("kept.example", "192.0.2.1")] });
    const zero = ask("zero.example");
    group.respond(1, { answers: [A("zero.example", "192.0.2.1", 0)] });
    await Promise.all([kept.done, zero.done]);
    assert.equal(zero.responses[0]!.answers!.length, 1);
    assert.ok(set.reader.find(keyOf(set, "kept.example")) >= 0);
    assert.ok(set.reader.find(keyOf(set, "zero.example")) < 0);
  });

  test("gives SERVFAIL with the upstream's extended error, and remembers the failure", async () => {
    const { ask, counters, group, set } = setUp();
    const one = ask("bogus.example");
    const ede = { code: 15, data: Buffer.concat([Buffer.from([0, 6]), Buffer.from("bogus")]) };
    const accepted = group.respond(0, {
      flags: 0x182,
      additionals: [{ type: "OPT", name: ".", options: [ede] }],
    });
    assert.equal(accepted, false);
    group.asked[0]!.judge.ended(new UpstreamError("closed", "no more upstreams"));
    await one.done;
    assert.equal(rcode(one.responses[0]!), "SERVFAIL");
    assert.deepEqual(edeOf(one.responses[0]!), { code: 6, text: "bogus" });
    assert.equal(counters.queries(TRANSPORT.udp, PATH.failed, 2), 1);
    const query = encode({
      type: "query",
      flags: 0x100,
      questions: [{ type: "A", name: "bogus.example" }],
    });
    set.now = set.storedAtSeconds;
    const again = set.answer(query);
    assert.ok(again instanceof Uint8Array, "the failure is remembered");
  });

  test("says why when nothing could be reached, and when what came was malformed", async () => {
    const { ask, group } = setUp();
    const unreachable = ask("x.example");
    group.asked[0]!.judge.ended(new UpstreamError("connect", "refused"));
    await unreachable.done;
    assert.equal(edeOf(unreachable.responses[0]!)!.code, 23);
    const silent = ask("y.example");
    group.asked[1]!.judge.ended(new UpstreamError("timeout", "silent"));
    await silent.done;
    assert.equal(edeOf(silent.responses[0]!)!.code, 22);
    const malformed = ask("z.example");
    assert.equal(group.asked[2]!.judge.accepts(new Uint8Array(20)), false);
    group.asked[2]!.judge.ended(new UpstreamError("closed", "no more upstreams"));
    await malformed.done;
    assert.equal(edeOf(malformed.responses[0]!)!.code, 24);
    const refused = ask("r.example");
    const bare = encode({ flags: 0x185, questions: [] });
    assert.equal(group.asked[3]!.judge.accepts(bare), false);
    group.asked[3]!.judge.ended(new UpstreamError("malformed", "no more upstreams"));
    await refused.done;
    assert.deepEqual(edeOf(refused.responses[0]!), { code: 0, text: "upstream answered REFUSED" });
  });

  test("keeps queries apart that wait in the place of others that were answered", async () => {
    const { ask, group, resolver } = setUp();
    for (let round = 0; round < 3; round++) {
      const names = Array.from({ length: 4 }, (_, i) => `n${i}.r${round}.example`);
      const all = names.map((name, i) => ask(name, 100 * round + i));
      const first = group.asked.length - names.length;
      for (const i of [2, 0, 3, 1]) {
        const answers = [A(names[i]!, `192.0.2.${10 * round + i}`)];
        group.respond(first + i, { answers });
      }
      await Promise.all(all.map((one) => one.done));
      all.forEach(({ responses }, i) => {
        assert.equal(responses.length, 1);
        assert.equal(responses[0]!.id, 100 * round + i);
        assert.equal(responses[0]!.questions![0]!.name, names[i]);
        const [answer] = responses[0]!.answers! as { data: string }[];
        assert.equal(answer!.data, `192.0.2.${10 * round + i}`);
      });
    }
    assert.equal(resolver.waiting, 0);
  });

  test("a question that nobody waits for any more is not asked twice", async () => {
    const { ask, group } = setUp();
    const early = ask("slow.example");
    await early.done;
    const late = ask("slow.example");
    assert.equal(group.asked.length, 1);
    group.respond(0, { answers: [A("slow.example", "192.0.2.1")] });
    await late.done;
    assert.equal(late.responses[0]!.answers!.length, 1);
  });

  test("answers by its own deadline; what comes later is still cached", async () => {
    const { ask, group, set } = setUp();
    const started = performance.now();
    const slow = ask("slow.example");
    await slow.done;
    assert.ok(performance.now() - started >= WAIT_MS - 20);
    assert.equal(rcode(slow.responses[0]!), "SERVFAIL");
    assert.equal(edeOf(slow.responses[0]!)!.code, 22);
    group.respond(0, { answers: [A("slow.example", "192.0.2.1")] });
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.ok(set.reader.find(keyOf(set, "slow.example")) >= 0);
    assert.equal(slow.responses.length, 1);
  });

  test("prefers a stale answer to a failure", async () => {
    const { ask, group } = setUp();
    const first = ask("stale.example");
    group.respond(0, { answers: [A("stale.example", "192.0.2.1", 1)] });
    await first.done;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const second = ask("stale.example");
    group.asked[1]!.judge.ended(new UpstreamError("timeout", "silent"));
    await second.done;
    assert.equal(rcode(second.responses[0]!), "NOERROR");
    assert.equal((second.responses[0]!.answers![0] as { ttl: number }).ttl, 30);
    assert.equal(edeOf(second.responses[0]!)!.code, 3);
  });

  test("an answer that may not be kept takes the place of an older one", async () => {
    const { ask, group, set } = setUp();
    const first = ask("moved.example");
    group.respond(0, { answers: [A("moved.example", "192.0.2.1", 1)] });
    await first.done;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const second = ask("moved.example");
    group.respond(1, { answers: [A("moved.example", "192.0.2.2", 0)] });
    await second.done;
    assert.ok(set.reader.find(keyOf(set, "moved.example")) < 0);
    const third = ask("moved.example");
    group.asked[2]!.judge.ended(new UpstreamError("timeout", "silent"));
    await third.done;
    assert.equal(rcode(third.responses[0]!), "SERVFAIL");
  });

  test("our own shortage is not remembered as a failure of the name", async () => {
    const { ask, group, set } = setUp();
    const one = ask("busy.example");
    group.asked[0]!.judge.ended(new UpstreamError("overload", "too many"));
    await one.done;
    assert.equal(rcode(one.responses[0]!), "SERVFAIL");
    keyOf(set, "busy.example");
    set.answerer.setKey(FAILURE_FLAG);
    assert.ok(set.reader.find(set.answerer.context.key) < 0);
    const two = ask("busy.example");
    assert.equal(group.asked.length, 2);
    group.respond(1, { answers: [A("busy.example", "192.0.2.1")] });
    await two.done;
    assert.equal(rcode(two.responses[0]!), "NOERROR");
  });

  test("failures in a row count from when the question was asked", async () => {
    const { ask, group, set } = setUp();
    for (let i = 0; i < 2; i++) {
      const one = ask("down.example");
      // Longer than the failure is remembered: the upstream takes its time to fail.
      await new Promise((resolve) => setTimeout(resolve, i === 0 ? 0 : 2600));
      group.asked[i]!.judge.ended(new UpstreamError("timeout", "silent"));
      await one.done;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(lifetime(set.store.buffer.words, 0), 2);
  });

  test("turns away beyond the bounds for a question and for a client", async () => {
    const { ask, counters, group } = setUp({ question: 2, client: 4 });
    const [one, two, three] = [ask("q.example"), ask("q.example"), ask("q.example")];
    await three!.done;
    assert.equal(rcode(three!.responses[0]!), "SERVFAIL");
    const more = [ask("r.example"), ask("s.example"), ask("t.example")];
    await more[2]!.done;
    assert.equal(counters.value(COUNTER.waitersRefused), 2);
    assert.equal(group.asked.length, 3);
    group.asked.forEach((asked, i) => {
      group.respond(i, { answers: [A(asked.query.questions![0]!.name, "192.0.2.1")] });
    });
    await Promise.all([one!.done, two!.done, more[0]!.done, more[1]!.done]);
    const again = ask("u.example");
    group.respond(3, { answers: [A("u.example", "192.0.2.1")] });
    await again.done;
    assert.equal(rcode(again.responses[0]!), "NOERROR");
  });
});

function keyOf(set: Answering, name: string): Answering["answerer"]["context"]["key"] {
  const query = encode({
    type: "query",
    flags: 0x100,
    questions: [{ type: "A", name }],
  });
  set.questionOf(query);
  return set.answerer.context.key;
}
