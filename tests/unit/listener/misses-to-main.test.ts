// Queries from a stream thread to the main thread and back, over the real rings, with both ends on one
// thread: each query gets its own response, whatever is full.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { DohExchange } from "../../../src/listener/doh-exchange.ts";
import { MissesToMain } from "../../../src/listener/misses-to-main.ts";
import { ThreadMisses } from "../../../src/listener/thread-misses.ts";
import {
  createThreadRings,
  MISS_WORDS,
  RESPONSE_WORDS,
  type ThreadRings,
} from "../../../src/listener/thread-rings.ts";
import { COUNTER, Counters, PATH, TRANSPORT } from "../../../src/memory/counters.ts";
import { DOORBELL_BYTES } from "../../../src/memory/doorbell.ts";
import { EpochReader } from "../../../src/memory/epochs.ts";
import { RecordRingReader } from "../../../src/memory/record-ring.ts";
import { WordBuffer } from "../../../src/memory/word-buffer.ts";
import type { Answerer } from "../../../src/resolver/answer.ts";
import { RESULT } from "../../../src/resolver/answer-context.ts";
import { ClientRow } from "../../../src/resolver/client-row.ts";
import { createAnswerer } from "../../../src/resolver/create-answerer.ts";
import { NOTHING, type QueryOrigin, QueryService } from "../../../src/resolver/query-service.ts";
import type { Responder } from "../../../src/resolver/waiter.ts";
import { EDE, RCODE } from "../../../src/wire/constants.ts";
import { eventually } from "../../contract/runtime/recorded-stream.ts";
import { answerOf, queryFor, UdpAnswering } from "../../udp-answering.ts";

const OUT_OFFSET = 4;
const CAPACITY = 65_535;
const ALL = 1_000_000;
/** Sixteen or so fill the ring of responses. */
const LARGE = 60_000;

/** Notes the responses that it gets. */
class Recorder implements QueryOrigin, Responder {
  readonly responses: Buffer[] = [];
  readonly results: Int32Array[] = [];

  responder(): Responder {
    return this;
  }

  respond(out: WordBuffer, offset: number, length: number, result: Int32Array): void {
    this.responses.push(Buffer.from(out.bytes.slice(offset, offset + length)));
    this.results.push(result.slice());
  }

  get packets(): dnsPacket.DecodedPacket[] {
    return this.responses.map((bytes) => dnsPacket.decode(bytes));
  }
}

/** Both ends. The thread's takes no responses until its run() is called. */
class Ends {
  readonly main: UdpAnswering = new UdpAnswering();
  readonly rings: ThreadRings = createThreadRings(
    new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES)),
  );
  readonly counters: Counters = new Counters();
  readonly answerer: Answerer = createAnswerer(this.main.settings);
  readonly toMain: MissesToMain;
  readonly fromThread: ThreadMisses;
  readonly service: QueryService;
  private readonly out: WordBuffer = new WordBuffer(OUT_OFFSET + CAPACITY);
  private readonly client: ClientRow = new ClientRow();

  constructor() {
    const { answerer, counters, main, rings } = this;
    const { cache } = main.settings;
    this.toMain = new MissesToMain({ rings, answerer, counters });
    this.fromThread = new ThreadMisses(rings, main.service);
    const epochs = new EpochReader(cache.epochs, 0, cache.lineWords);
    this.service = new QueryService(answerer, this.toMain, counters, epochs);
    this.client.transport = TRANSPORT.dot;
    this.client.address.set(addressToWords("127.0.0.1"));
  }

  /** On the thread; what is not known goes to main. */
  ask(name: string, id: number, origin: QueryOrigin): number {
    const { client, out, service } = this;
    const query = queryFor(name, { id });
    return service.accept(query, 0, query.length, out, OUT_OFFSET, CAPACITY, client, origin);
  }

  /** Main answers each query at once: LARGE bytes that begin with the query's ID. */
  answerLarge(): void {
    this.main.service.accept = (input, offset, _length, out, outOffset) => {
      out.bytes.fill(input[offset + 1]!, outOffset, outOffset + LARGE);
      for (let i = 0; i < 2; i++) out.bytes[outOffset + i] = input[offset + i]!;
      this.main.service.result[RESULT.rcode] = input[offset + 1]!;
      return LARGE;
    };
  }
}

const running: MissesToMain[] = [];
afterEach(() => {
  for (const each of running.splice(0)) each.close();
});

function run({ toMain }: Ends): void {
  running.push(toMain);
  void toMain.run();
}

describe("a query on a thread that is not known there", () => {
  test("is asked by main, and its response comes back", async () => {
    const ends = new Ends();
    const { counters, fromThread, main } = ends;
    run(ends);
    const recorder = new Recorder();
    assert.equal(ends.ask("www.example.com", 0x1234, recorder), NOTHING);
    assert.equal(fromThread.isEmpty, false);
    fromThread.take(ALL);
    assert.equal(fromThread.isEmpty, true);
    main.group.respond(0, { answers: [answerOf("www.example.com")] });
    await eventually(() => recorder.responses.length > 0, "the response");
    const [packet] = recorder.packets;
    assert.equal(packet!.id, 0x1234);
    assert.equal(packet!.answers![0]!.name, "www.example.com");
    const [result] = recorder.results;
    assert.equal(result![RESULT.path], PATH.resolved);
    assert.equal(result![RESULT.ttlSeconds], 300);
    // Counted once, where it was answered, and for the transport that it came over.
    assert.equal(main.counters.queries(TRANSPORT.dot, PATH.resolved, 0), 1);
    assert.equal(main.counters.value(COUNTER.cacheMisses), 1);
    assert.equal(
      counters.cells.reduce((sum, each) => sum + each),
      0,
    );
    // Known from now on, to the thread as well.
    assert.notEqual(ends.ask("www.example.com", 1, recorder), NOTHING);
    assert.equal(counters.queries(TRANSPORT.dot, PATH.hit, 0), 1);
  });

  test("is answered from the cache that another one filled meanwhile", async () => {
    const ends = new Ends();
    const { fromThread, main } = ends;
    run(ends);
    const recorders = [new Recorder(), new Recorder()];
    ends.ask("www.example.com", 1, recorders[0]!);
    fromThread.take(ALL);
    ends.ask("www.example.com", 2, recorders[1]!);
    main.group.respond(0, { answers: [answerOf("www.example.com")] });
    fromThread.take(ALL);
    await eventually(() => recorders.every(({ responses }) => responses.length === 1), "both");
    assert.deepEqual(
      recorders.map(({ packets }) => packets[0]!.id),
      [1, 2],
    );
    assert.equal(main.group.asked.length, 1);
    assert.equal(main.counters.queries(TRANSPORT.dot, PATH.hit, 0), 1);
    assert.equal(main.counters.value(COUNTER.cacheMisses), 1);
  });

  test("has a number of its own, which is used again", async () => {
    const ends = new Ends();
    run(ends);
    ends.main.answerAll();
    const ring = new RecordRingReader(ends.rings.misses, MISS_WORDS);
    const numbers: number[] = [];
    for (let round = 0; round < 3; round++) {
      const recorders = Array.from({ length: 4 }, () => new Recorder());
      recorders.forEach((recorder, i) => ends.ask(`n${round}-${i}.example`, i, recorder));
      for (let i = 0; i < 4 && ring.next(); i++) numbers.push(ring.words[ring.originAt]!);
      ends.fromThread.take(ALL);
      await eventually(() => recorders.every(({ responses }) => responses.length === 1), "all");
      recorders.forEach(({ packets }, i) => assert.equal(packets[0]!.id, i));
    }
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(numbers.slice(4 * round, 4 * round + 4).sort(), [0, 1, 2, 3]);
    }
  });

  test("gets SERVFAIL at once when there is no room, and that is counted", async () => {
    const ends = new Ends();
    const { counters, fromThread, main } = ends;
    main.answerAll();
    const recorders: Recorder[] = [];
    while (counters.value(COUNTER.missesRefused) < 3) {
      const recorder = new Recorder();
      assert.equal(ends.ask(`n${recorders.length}.example`, recorders.length, recorder), NOTHING);
      recorders.push(recorder);
    }
    const refused = recorders.splice(-3);
    for (const [i, { packets }] of refused.entries()) {
      assert.equal(packets.length, 1);
      assert.equal(packets[0]!.id, recorders.length + i);
      assert.equal((packets[0] as { rcode?: string }).rcode, "SERVFAIL");
    }
    assert.deepEqual(refused.map(extendedError), [EDE.OTHER, EDE.OTHER, EDE.OTHER]);
    assert.equal(counters.queries(TRANSPORT.dot, PATH.failed, RCODE.SERVFAIL), 3);
    // Those before them lose nothing, and there is room again.
    assert.ok(recorders.length > 1000, String(recorders.length));
    run(ends);
    const late = new Recorder();
    const isDone = (): boolean => {
      fromThread.take(100);
      return recorders.every(({ responses }) => responses.length === 1);
    };
    await eventually(isDone, "every response");
    recorders.forEach(({ packets }, i) => {
      assert.equal(packets[0]!.id, i);
      assert.equal(packets[0]!.questions![0]!.name, `n${i}.example`);
    });
    ends.ask("late.example", 7, late);
    fromThread.take(ALL);
    await eventually(() => late.responses.length === 1, "the late response");
    assert.equal(counters.value(COUNTER.missesRefused), 3);
  });
});

/** INFO-CODE of RFC 8914. */
function extendedError({ responses }: Recorder): number {
  const [response] = responses;
  const at = response!.indexOf(Buffer.of(0, 15, 0, 2));
  return at < 0 ? -1 : response!.readUInt16BE(at + 4);
}

describe("responses for which there is no room", () => {
  const COUNT = 50;

  test("come later, in order and whole", async () => {
    const ends = new Ends();
    ends.answerLarge();
    const order: number[] = [];
    const recorders = Array.from({ length: COUNT }, (_, id) => {
      const recorder = new Recorder();
      const respond = recorder.respond.bind(recorder);
      recorder.respond = (out, offset, length, result) => {
        order.push(id);
        respond(out, offset, length, result);
      };
      return recorder;
    });
    recorders.forEach((recorder, id) => ends.ask(`n${id}.example`, id, recorder));
    ends.fromThread.take(ALL);
    // What fits is there, the rest waits.
    const ring = new RecordRingReader(ends.rings.responses, RESPONSE_WORDS);
    let inRing = 0;
    while (ring.next() && inRing < 5) inRing++;
    assert.equal(inRing, 5);
    assert.deepEqual(order, []);
    run(ends);
    await eventually(() => order.length === COUNT, "every response");
    assert.deepEqual(
      order,
      recorders.map((_, id) => id),
    );
    for (const [id, { responses, results }] of recorders.entries()) {
      const expected = Buffer.alloc(LARGE, id);
      expected.writeUInt16BE(id);
      assert.ok(responses[0]!.equals(expected), `response ${id}`);
      assert.equal(results[0]![RESULT.rcode], id);
    }
  });

  test("are for nobody when the thread is gone", async () => {
    const ends = new Ends();
    ends.answerLarge();
    const recorder = new Recorder();
    for (let id = 0; id < COUNT; id++) ends.ask(`n${id}.example`, id, recorder);
    ends.fromThread.take(ALL);
    ends.fromThread.close();
    run(ends);
    const inRing = (): number => recorder.responses.length;
    await eventually(() => inRing() > 10, "what was in the ring");
    const before = inRing();
    // Longer than the next try takes.
    await new Promise((resolve) => setTimeout(resolve, 50));
    ends.ask("late.example", 1, recorder);
    ends.fromThread.take(ALL);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(inRing(), before);
    assert.ok(before < COUNT);
  });
});

test("close() ends the thread's waiting for responses", async () => {
  const { toMain } = new Ends();
  let isOver = false;
  void toMain.run().then(() => (isOver = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isOver, false);
  toMain.close();
  await eventually(() => isOver, "the end");
});

test("over HTTPS it is the query's own cookie that keeps a response from caches", async () => {
  const ends = new Ends();
  const { answerer, fromThread, main, service } = ends;
  run(ends);
  const context = answerer.context;
  const exchange = new DohExchange({ service, context, timers, messageTimeoutMs: 5000 });
  const ask = (name: string, cookie: boolean): Response | Promise<Response> => {
    const dns = Buffer.from(queryFor(name, { id: 0, cookie })).toString("base64url");
    const request = new Request(`https://dns.example/dns-query?dns=${dns}`);
    return exchange.exchange(request, addressToWords("127.0.0.1"));
  };
  main.answerAll();
  // Whichever is asked last: the responses come when the thread has seen other queries.
  for (const round of [0, 1]) {
    const cookies = round === 0 ? [true, false] : [false, true];
    const responses = cookies.map((cookie) => ask(`r${round}-${String(cookie)}.example`, cookie));
    fromThread.take(ALL);
    const shown: (string | null)[] = [];
    void Promise.all(responses).then((all) => {
      shown.push(...all.map(({ headers }) => headers.get("cache-control")));
    });
    await eventually(() => shown.length > 0, "both responses");
    assert.deepEqual(
      shown,
      cookies.map((cookie) => (cookie ? "private, no-store" : "max-age=300")),
    );
  }
});
