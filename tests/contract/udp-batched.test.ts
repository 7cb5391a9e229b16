// The batched UDP engine over real sockets: threads, the ring to the main thread, and what happens
// when a thread dies.

import assert from "node:assert/strict";
import process from "node:process";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { clock } from "../../src/clock/monotonic.ts";
import { type OpenUdp, openUdp, type OpenUdpParts } from "../../src/listener/open-udp.ts";
import { WAIT_MS } from "../../src/listener/udp-loop.ts";
import { UdpThreadKeeper } from "../../src/listener/udp-thread-keeper.ts";
import { COUNTER, PATH, ROW_CELLS, TRANSPORT } from "../../src/memory/counters.ts";
import { DOORBELL_BYTES } from "../../src/memory/doorbell.ts";
import { recordRingByteLength } from "../../src/memory/record-ring.ts";
import type { Endpoint } from "../../src/runtime/contract.ts";
import { loadLibc } from "../../src/runtime/libc.ts";
import { BootClock } from "../../src/runtime/linux/boot-clock.ts";
import { DatagramSocket, socketAddress } from "../../src/runtime/linux/datagram-socket.ts";
import { ORIGIN_WORDS } from "../../src/runtime/linux/message-batch.ts";
import { SendBatch } from "../../src/runtime/linux/send-batch.ts";
import { AF_INET } from "../../src/runtime/linux/socket-constants.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { runtimeLacks } from "../runtime-lacks.ts";
import { answerOf, queryFor, UdpAnswering, UdpClient } from "../udp-answering.ts";
import { eventually } from "./runtime/recorded-stream.ts";

const skip = process.platform === "linux" ? false : "the batched engine is for Linux";
const skipForPort0 =
  skip === false && process.getuid?.() !== 0 ? "needs root, to send from port 0" : skip;
const SOCK_RAW = 3;
const IPPROTO_UDP = 17;
/** Ports, length and a checksum, which 0 leaves out (RFC 768). */
const UDP_HEADER_BYTES = 8;
const runtime = await selectRuntime();
const hasIPv6 = runtime.localAddresses().includes("::1");
const opened: { close(): unknown }[] = [];
after(() => Promise.all(opened.map((each) => each.close())));

interface Served {
  readonly set: UdpAnswering;
  readonly udp: OpenUdp;
  readonly reports: string[];
  readonly port: number;
}

async function serve(
  host: string | readonly string[],
  options: Partial<OpenUdpParts> = {},
): Promise<Served> {
  const set = new UdpAnswering();
  const reports: string[] = [];
  const parts: OpenUdpParts = {
    runtime,
    engine: "batched",
    threadCount: 1,
    answerer: set.settings,
    service: set.service,
    counters: set.counters,
    report: (message) => reports.push(message),
    ...options,
  };
  const hosts = typeof host === "string" ? [host] : host;
  const udp = await openUdp(
    parts,
    hosts.map((each) => ({ host: each, port: 0 })),
  );
  opened.push(udp);
  return { set, udp, reports, port: udp.bound[0]![0]!.port };
}

async function client(address: string): Promise<UdpClient> {
  const made = await UdpClient.open(address);
  opened.push(made);
  return made;
}

/** No socket but a raw one sends from there: to 127.0.0.1, with a header of its own. */
async function sendFromPort0(payload: Uint8Array, port: number): Promise<void> {
  const libc = await loadLibc();
  const descriptor = libc.socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
  assert.ok(descriptor >= 0, `error ${libc.errno()}`);
  const shape = { family: AF_INET, isWildcard: false };
  const batch = new SendBatch(libc, shape, { count: 1, capacityBytes: 512 });
  const length = UDP_HEADER_BYTES + payload.length;
  const header = new DataView(batch.bytes.buffer);
  header.setUint16(2, port);
  header.setUint16(4, length);
  batch.bytes.set(payload, UDP_HEADER_BYTES);
  const to = new Uint32Array(ORIGIN_WORDS);
  new Uint8Array(to.buffer).set(socketAddress(libc, AF_INET, { host: "127.0.0.1", port: 0 }));
  batch.push(length, to, 0);
  assert.equal(batch.flush(descriptor), 0, `error ${libc.errno()}`);
  libc.close(descriptor);
}

/** Answers of the threads, by path. */
function answered({ udp }: Served, path: number): number {
  return udp.threadCounters.reduce((sum, row) => sum + row.queries(TRANSPORT.udp, path, 0), 0);
}

function dropped({ udp }: Served): number {
  return udp.threadCounters.reduce((sum, row) => sum + row.value(COUNTER.dropped), 0);
}

describe("the batched engine", () => {
  test("answers from the cache what was asked before, on the thread", { skip }, async () => {
    const served = await serve("127.0.0.1");
    served.set.answerAll();
    const asker = await client("127.0.0.1");
    const first = await asker.ask("www.example.com", 1, served.port, "127.0.0.1");
    assert.deepEqual(
      first.packet.answers?.map(({ name }) => name),
      ["www.example.com"],
    );
    assert.equal(answered(served, PATH.hit), 0);
    for (let id = 2; id < 200; id++) {
      const { packet } = await asker.ask("WWW.example.com", id, served.port, "127.0.0.1");
      assert.equal(packet.questions![0]!.name, "WWW.example.com");
    }
    await eventually(() => answered(served, PATH.hit) === 198, "198 hits");
    assert.equal(served.set.group.asked.length, 1);
    assert.equal(served.set.counters.value(COUNTER.cacheMisses), 1);
  });

  test("has one upstream query for a burst of the same question", { skip }, async () => {
    const { port, set } = await serve("127.0.0.1");
    const asker = await client("127.0.0.1");
    for (let id = 1; id <= 100; id++) {
      asker.send(queryFor("burst.example", { id }), port, "127.0.0.1");
    }
    await eventually(() => set.counters.value(COUNTER.cacheMisses) === 100, "the misses");
    assert.equal(set.group.asked.length, 1);
    set.group.respond(0, { answers: [answerOf("burst.example")] });
    await asker.response(1);
    await asker.response(100);
    await eventually(() => asker.heard.length === 100, "every response");
  });

  test("answers a name in use while others are missed", { skip }, async () => {
    const { port, set, udp } = await serve("127.0.0.1", { threadCount: 2 });
    set.answerAll();
    const askers = await Promise.all(Array.from({ length: 8 }, () => client("127.0.0.1")));
    const each = 250;
    for (const asker of askers) {
      for (let id = 0; id < each; id++) {
        const name = id % 2 === 0 ? "same.example" : `n${id}.example`;
        asker.send(queryFor(name, { id }), port, "127.0.0.1");
      }
    }
    const all = askers.length * each;
    const heard = (): number => askers.reduce((sum, asker) => sum + asker.heard.length, 0);
    await eventually(() => heard() + udp.missesRefused === all, "every response");
    assert.equal(udp.missesRefused, 0);
    for (const { heard } of askers) {
      for (const { packet } of heard) {
        assert.equal(packet.answers![0]!.name, packet.questions![0]!.name);
      }
    }
  });

  test("serves several endpoints on one thread", { skip }, async () => {
    const hosts = ["127.0.0.1", "127.0.0.3", ...(hasIPv6 ? ["::1"] : [])];
    const { set, udp } = await serve(hosts);
    set.answerAll();
    for (const [i, host] of hosts.entries()) {
      const asker = await client(host);
      const bound = udp.bound[i]![0]!;
      assert.equal(bound.host, host);
      const { from } = await asker.ask("www.example.com", 7, bound.port, host);
      assert.deepEqual([from.address, from.port], [host, bound.port]);
    }
  });

  const wildcards = [
    { host: "0.0.0.0", asked: ["127.0.0.1", "127.0.0.2", "127.7.7.7"] },
    { host: "::", asked: ["127.0.0.1", "127.0.0.2", "::1"] },
    { host: "0::0", asked: ["127.0.0.2", "::1"] },
  ];
  for (const { host, asked } of wildcards) {
    if (host.includes(":") && !hasIPv6) continue;
    test(`on ${host} answers from the address that was asked`, { skip }, async () => {
      const { port, set } = await serve(host);
      set.answerAll();
      for (const address of asked) {
        const asker = await client(address.includes(":") ? "::1" : "127.0.0.1");
        for (const [id, name] of [
          `miss-at-${asked.indexOf(address)}.example`,
          "hit.example",
        ].entries()) {
          for (const turn of [0, 2]) {
            const { from } = await asker.ask(name, id + turn, port, address);
            assert.deepEqual([from.address, from.port], [address, port]);
          }
        }
      }
    });
  }

  test("drops what is no query, and lives on", { skip }, async () => {
    const served = await serve("127.0.0.1");
    const asker = await client("127.0.0.1");
    const response = queryFor("a.example", { id: 1 });
    response[2]! |= 0x80;
    const junk = [response, new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(5000)];
    for (const bytes of junk) asker.send(bytes, served.port, "127.0.0.1");
    await asker.ask("localhost", 2, served.port, "127.0.0.1");
    assert.equal(asker.heard.length, 1);
    assert.equal(dropped(served), junk.length);
    assert.equal(answered(served, PATH.local), 1);
  });

  test("drops and counts what comes from port 0", { skip: skipForPort0 }, async () => {
    const served = await serve("127.0.0.1");
    for (const name of ["localhost", "unknown.example"]) {
      await sendFromPort0(queryFor(name, { id: 1 }), served.port);
    }
    const asker = await client("127.0.0.1");
    await asker.ask("localhost", 2, served.port, "127.0.0.1");
    assert.equal(dropped(served), 2);
    assert.equal(answered(served, PATH.local), 1);
    assert.equal(served.set.group.asked.length, 0);
  });

  test("counts what the kernel drops when nobody takes it", { skip }, async () => {
    const { port, udp } = await serve("127.0.0.1");
    assert.equal(udp.kernelDrops, 0);
    udp.stop();
    await delay(2 * WAIT_MS);
    const asker = await client("127.0.0.1");
    const large = new Uint8Array(8000);
    // More than the receive buffer holds, even where the kernel doubles it.
    for (let i = 0; i < 2000; i++) asker.send(large, port, "127.0.0.1");
    await eventually(() => udp.kernelDrops > 0, "drops");
  });
});

describe("the life of the batched engine", () => {
  test("a port in use is an error that says so", { skip }, async () => {
    const { udp, set } = await serve("127.0.0.1", { threadCount: 2 });
    const [taken] = udp.bound[0]!;
    for (const threadCount of [1, 2]) {
      const parts: OpenUdpParts = {
        runtime,
        engine: "auto",
        threadCount,
        answerer: set.settings,
        service: set.service,
        counters: set.counters,
        report: () => assert.fail("no other engine would do better"),
      };
      await assert.rejects(openUdp(parts, [taken!]), { code: "ADDRESS_IN_USE" });
    }
  });

  test("stop() takes no more queries, but those in flight are answered", { skip }, async () => {
    const { port, reports, set, udp } = await serve("127.0.0.1");
    const asker = await client("127.0.0.1");
    asker.send(queryFor("slow.example", { id: 1 }), port, "127.0.0.1");
    await eventually(() => set.group.asked.length === 1, "the miss");
    udp.stop();
    // The threads end meanwhile, and that is no death.
    await delay(2 * WAIT_MS);
    set.group.respond(0, { answers: [answerOf("slow.example")] });
    await asker.response(1);
    await udp.close();
    assert.deepEqual([reports, udp.threadsReplaced], [[], 0]);
    // The port is free again, and the late response of another query goes nowhere.
    await serveAgain(udp.bound[0]![0]!);
  });

  async function serveAgain(endpoint: Endpoint): Promise<void> {
    const set = new UdpAnswering();
    const parts = { runtime, engine: "batched", threadCount: 1, report: () => {} } as const;
    const { counters, service, settings: answerer } = set;
    const udp = await openUdp({ ...parts, answerer, counters, service }, [endpoint]);
    opened.push(udp);
    const asker = await client("127.0.0.1");
    await asker.ask("localhost", 1, endpoint.port, "127.0.0.1");
  }

  test("a thread that dies is replaced on the same descriptor", { skip }, async () => {
    const healthy = new UdpAnswering();
    // Only what has a cookie makes this answerer throw.
    const answerer = { ...healthy.settings, cookieSecret: undefined as unknown as Uint8Array };
    const { port, udp, reports } = await serve("127.0.0.1", { answerer });
    const asker = await client("127.0.0.1");
    for (let deaths = 1; deaths <= 2; deaths++) {
      await asker.ask("localhost", 10 * deaths, port, "127.0.0.1");
      asker.send(queryFor("localhost", { id: 10 * deaths + 1, cookie: true }), port, "127.0.0.1");
      await eventually(() => udp.threadsReplaced === deaths, `death ${deaths}`);
      await asker.ask("localhost", 10 * deaths + 2, port, "127.0.0.1");
    }
    assert.equal(reports.length, 2);
    assert.match(reports[0]!, /a UDP thread died/);
  });
});

// Where it can't be ended it would be there for the tests after this one.
if (!runtimeLacks("ending hung threads")) {
  describe("a UDP thread that hangs", () => {
    test("holds nobody up: it is ended by force", { skip }, async () => {
      const { settings: answerer } = new UdpAnswering();
      const libc = await loadLibc();
      const local = { host: "127.0.0.1", port: 0 };
      const options = { local, reusePort: false, receiveTimeoutMs: WAIT_MS };
      const socket = new DatagramSocket(libc, options);
      opened.push(socket);
      const { descriptor, family, isWildcard } = socket;
      const misses = new SharedArrayBuffer(recordRingByteLength(1 << 10));
      // Not shared: the thread has a copy, and so never sees that it is to stop.
      const stopFlag = new Int32Array(1);
      const keeper = new UdpThreadKeeper({
        settings: {
          lanes: [{ descriptor, family, isWildcard, misses }],
          answerer,
          reader: 0,
          counters: new SharedArrayBuffer(ROW_CELLS * 8),
          clockOriginMs: clock.follow(new BootClock(libc)),
          stopFlag,
          doorbell: new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES)),
          running: new Int32Array(new SharedArrayBuffer(4)),
        },
        report: (message) => assert.fail(message),
      });
      await keeper.start();
      stopFlag[0] = 1;
      await keeper.stopped();
      assert.equal(keeper.replaced, 0);
    });
  });
}

describe("the choice of the engine", () => {
  /** With these no thread can start. */
  const broken = (): Partial<OpenUdpParts> => {
    const { settings } = new UdpAnswering();
    return { answerer: { ...settings, keySecret: undefined as unknown as Uint32Array } };
  };

  test("auto takes the batched engine where it works", { skip }, async () => {
    const { udp, reports } = await serve("127.0.0.1", { engine: "auto" });
    assert.equal(udp.engine, "batched");
    assert.deepEqual(reports, []);
  });

  test("auto falls back to the portable engine, with one line", { skip }, async () => {
    const { udp, reports, port } = await serve("127.0.0.1", { ...broken(), engine: "auto" });
    assert.equal(udp.engine, "portable");
    assert.equal(reports.length, 1);
    assert.match(reports[0]!, /portable engine: a UDP thread did not start/);
    await (await client("127.0.0.1")).ask("localhost", 1, port, "127.0.0.1");
  });

  test("batched, where it does not work, is an error", { skip }, async () => {
    await assert.rejects(serve("127.0.0.1", broken()), { code: "THREAD_FAILED" });
  });

  test("portable serves without threads", async () => {
    const { udp, port, set } = await serve("127.0.0.1", { engine: "portable" });
    set.answerAll();
    assert.equal(udp.engine, "portable");
    assert.equal(udp.threadCounters.length, 0);
    await (await client("127.0.0.1")).ask("www.example.com", 1, port, "127.0.0.1");
  });
});
