// Stream threads over real sockets: where connections come to, what happens when a thread dies, and
// what a certificate changes.

import assert from "node:assert/strict";
import process from "node:process";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { loadSettings } from "../../src/config/load.ts";
import { COUNTER, PATH, TRANSPORT } from "../../src/memory/counters.ts";
import { NOTHING, type QueryService } from "../../src/resolver/query-service.ts";
import type { Endpoint } from "../../src/runtime/contract.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { followBootClock } from "../../src/server/follow-boot-clock.ts";
import { StreamThreads } from "../../src/server/stream-threads.ts";
import { type Certificate, makeSelfSigned } from "../certificates.ts";
import { freePort } from "../e2e/free-port.ts";
import { needs } from "../e2e/programs.ts";
import { shownCertificate } from "../e2e/shown-certificate.ts";
import { listeningSockets } from "../listening-sockets.ts";
import { runtimeLacks } from "../runtime-lacks.ts";
import { StreamClient } from "../stream-client.ts";
import { answerOf, UdpAnswering } from "../udp-answering.ts";
import { eventually } from "./runtime/recorded-stream.ts";

const skip = process.platform === "linux" ? false : "the kernel spreads connections on Linux";
const timeout = 60_000;
const COUNT = 2;
/** Its response comes twice, which no thread is made for. */
const DEADLY = "deadly.example";

const runtime = await selectRuntime();
const clockOriginMs = await followBootClock();
const opened: StreamThreads[] = [];
const connections: StreamClient[] = [];
after(async () => {
  for (const client of connections) client.close();
  for (const threads of opened) await close(threads);
});

async function close(threads: StreamThreads): Promise<void> {
  threads.stop();
  await threads.closeAll();
}

function connected(port: number): StreamClient {
  const made = new StreamClient(port);
  connections.push(made);
  return made;
}

interface Started {
  readonly set: UdpAnswering;
  readonly threads: StreamThreads;
  readonly reports: string[];
}

interface Config {
  readonly clockOriginMs?: number;
  readonly idleTimeoutMs?: number;
  /** In all. */
  readonly connections?: number;
  readonly count?: number;
}

async function start(config: Config = {}): Promise<Started> {
  const set = new UdpAnswering();
  dieOf(DEADLY, set.service);
  const reports: string[] = [];
  const settings = await loadSettings({ environment: {}, flags: {} });
  const { count = COUNT, ...given } = config;
  const { connections = settings.limits.connections } = given;
  const { idleTimeoutMs = settings.limits.idleTimeoutMs } = given;
  const threads = new StreamThreads({
    settings: { ...settings, limits: { ...settings.limits, connections, idleTimeoutMs } },
    runtime,
    answerer: set.settings,
    firstReader: 0,
    service: set.service,
    count,
    clockOriginMs: config.clockOriginMs ?? clockOriginMs,
    report: (message) => reports.push(message),
  });
  opened.push(threads);
  return { set, threads, reports };
}

async function serve(config: Config = {}): Promise<Started & { port: number }> {
  const started = await start(config);
  const [tcp] = await started.threads.openDns([{ host: "127.0.0.1", port: 0 }]);
  return { ...started, port: tcp!.port };
}

/** A thread that gets two responses for one query throws. */
function dieOf(name: string, service: QueryService): void {
  const accept = service.accept.bind(service);
  const label = name.split(".")[0]!;
  service.accept = (input, offset, length, out, outOffset, outCapacity, client, origin) => {
    if (!Buffer.from(input.subarray(offset, offset + length)).includes(label)) {
      return accept(input, offset, length, out, outOffset, outCapacity, client, origin);
    }
    const responder = origin.responder();
    for (let i = 0; i < 2; i++) responder.respond(out, outOffset, 12, service.result);
    return NOTHING;
  };
}

function hits({ threads }: Started): number[] {
  return threads.threadCounters.map((row) => row.queries(TRANSPORT.tcp, PATH.hit, 0));
}

function openedConnections({ threads }: Started): number[] {
  return threads.threadCounters.map((row) => row.value(COUNTER.connectionsOpened));
}

describe("stream threads", () => {
  test("share the connections, and the cache that main fills", { skip, timeout }, async () => {
    const served = await serve();
    served.set.answerAll();
    assert.equal(listeningSockets(served.port), COUNT);
    const clients = Array.from({ length: 40 }, () => connected(served.port));
    for (const client of clients) {
      const { answers } = await client.ask("www.example.com", 1);
      assert.deepEqual(
        answers?.map((each) => (each as { data?: unknown }).data),
        ["192.0.2.1"],
      );
      const { questions } = await client.ask("WWW.example.com", 2);
      assert.equal(questions![0]!.name, "WWW.example.com");
    }
    assert.equal(served.set.group.asked.length, 1);
    assert.equal(served.set.counters.value(COUNTER.cacheMisses), 1);
    assert.equal(
      hits(served).reduce((sum, each) => sum + each),
      79,
    );
    assert.ok(Math.min(...openedConnections(served)) > 0, String(openedConnections(served)));
    assert.equal(served.threads.live, 40);
  });

  test("a thread that dies is replaced, and serves again", { skip, timeout }, async () => {
    const served = await serve();
    const { port, reports, set, threads } = served;
    set.answerAll();
    for (let deaths = 1; deaths <= 2; deaths++) {
      const bystanders = Array.from({ length: 10 }, () => connected(port));
      for (const bystander of bystanders) await bystander.ask("localhost", 1);
      const client = connected(port);
      client.send(DEADLY, 1);
      await eventually(() => client.isClosed, `the end of the connection of death ${deaths}`);
      await eventually(() => threads.threadsReplaced === deaths, `death ${deaths}`);
      const left = bystanders.filter(({ isClosed }) => !isClosed);
      for (const bystander of left) await bystander.ask("www.example.com", 2);
      assert.equal(threads.live, bystanders.filter(({ isClosed }) => !isClosed).length);
      await eventually(() => listeningSockets(port) === COUNT, "the new thread's listener");
      for (const bystander of bystanders) bystander.close();
      for (let i = 0; i < 20; i++) {
        const late = connected(port);
        await late.ask("www.example.com", 3);
        late.close();
      }
      await eventually(() => threads.live === 0, "the end of all connections");
    }
    assert.equal(reports.length, 2);
    assert.match(reports[0]!, /^a stream thread failed: .+; it is replaced$/);
  });

  test("one that can't have its port tries again", { skip, timeout }, async () => {
    const { port, reports, threads } = await serve({ count: 1 });
    connected(port).send(DEADLY, 1);
    await eventually(() => listeningSockets(port) === 0, "the death");
    const handler = { open(): void {}, data(): void {}, drain(): void {}, close(): void {} };
    const local = { host: "127.0.0.1", port };
    const options = { local, reusePort: false, contextFor: () => undefined };
    const stranger = runtime.listen(options, handler);
    await eventually(() => reports.length > 1, "a second death");
    assert.match(reports[1]!, /^a stream thread failed: .*in use.*; it is replaced$/);
    stranger.stop();
    await eventually(() => listeningSockets(port) === 1, "the third thread");
    await connected(port).ask("localhost", 1);
    assert.equal(threads.threadsReplaced, reports.length);
  });

  test("stop() lets what is in flight finish", { skip, timeout }, async () => {
    const { port, set, threads } = await serve();
    const clients = Array.from({ length: 10 }, () => connected(port));
    for (const [i, client] of clients.entries()) client.send(`slow${i}.example`, i);
    await eventually(() => set.group.asked.length === clients.length, "the misses");
    threads.stop();
    await eventually(() => listeningSockets(port) === 0, "the end of the listeners");
    set.group.asked.forEach(({ query }, i) => {
      set.group.respond(i, { answers: [answerOf(query.questions![0]!.name)] });
    });
    await eventually(() => clients.every(({ isClosed }) => isClosed), "the connections' end");
    assert.deepEqual(
      clients.map(({ heard }) => heard.map(({ id }) => id)),
      clients.map((_, i) => [i]),
    );
    await threads.finished();
    assert.equal(threads.live, 0);
    assert.equal(threads.threadsReplaced, 0);
  });

  test("a port in use is an error that says so", { skip, timeout }, async () => {
    const { port } = await serve();
    const { threads } = await start();
    const taken: Endpoint = { host: "127.0.0.1", port };
    await assert.rejects(threads.openDns([taken]), { code: "ADDRESS_IN_USE" });
    await assert.rejects(threads.openPlainDoh([taken]), { code: "ADDRESS_IN_USE" });
  });
});

describe("limits of stream threads", () => {
  test("connections: each thread has its share", { skip, timeout }, async () => {
    const limit = 20;
    const { port, threads } = await serve({ connections: limit });
    const answered: StreamClient[] = [];
    // What a thread has not accepted when it leaves off is reset: a client asks again.
    for (let i = 0; i < 20 * limit && answered.length < limit; i++) {
      const client = connected(port);
      client.send("localhost", 1);
      await eventually(() => client.isClosed || client.heard.length > 0, "either");
      if (client.heard.length > 0) answered.push(client);
    }
    assert.equal(answered.length, limit);
    await eventually(() => listeningSockets(port) === 0, "both at their limit");
    assert.equal(threads.live, limit);
    for (const client of answered) client.close();
    await eventually(() => listeningSockets(port) === COUNT, "both listening again");
    await connected(port).ask("localhost", 1);
  });
});

const skipTls = skip === false ? needs("openssl") : skip;
describe("certificates of stream threads", () => {
  const names = ["localhost"];

  /** Waits until new connections get this one alone; meanwhile they may be reset. */
  async function untilShown(port: number, { certificate }: Certificate): Promise<void> {
    const end = performance.now() + 20_000;
    for (let inRow = 0; inRow < 20;) {
      assert.ok(performance.now() < end, `another certificate is still there after ${inRow}`);
      const shown = await shownCertificate(port).catch(() => "");
      inRow = shown.trim() === certificate.trim() ? inRow + 1 : 0;
    }
  }

  test("a change reaches them all, also one that starts", { skip: skipTls, timeout }, async () => {
    const served = await serve();
    const { port, threads } = served;
    const certificates = [0, 1, 2].map(() => makeSelfSigned({ names }));
    const endpoints = {
      dot: [{ host: "127.0.0.1", port: await freePort() }],
      doh: [{ host: "127.0.0.1", port: await freePort() }],
    };
    const ports = [endpoints.dot[0]!.port, endpoints.doh[0]!.port];
    await threads.openEncrypted(endpoints, certificates[0]!);
    const untilAll = async (index: number): Promise<void> => {
      for (const each of ports) {
        await untilShown(each, certificates[index]!);
        await eventually(() => listeningSockets(each) === COUNT, "one listener a thread");
      }
    };
    await untilAll(0);
    await threads.changeCertificate(certificates[1]!);
    await untilAll(1);
    const client = connected(port);
    client.send(DEADLY, 1);
    await eventually(() => threads.threadsReplaced === 1, "the death");
    await threads.changeCertificate(certificates[2]!);
    await eventually(() => listeningSockets(port) === COUNT, "the new thread");
    await untilAll(2);
  });
});

// Where it can't be ended it would keep a core busy until the process ends.
if (!runtimeLacks("ending hung threads")) {
  describe("a stream thread that hangs", () => {
    test("holds nobody up: it is ended by force", { skip, timeout }, async () => {
      // Its ticks are so many that one more is none more: the alarm that goes through them never ends.
      const { port, threads } = await serve({ clockOriginMs: -1e18, count: 1, idleTimeoutMs: 20 });
      connected(port);
      await eventually(() => threads.live === 1, "the connection");
      const isAlive = (): Promise<boolean> =>
        Promise.race([threads.finished().then(() => true), delay(1000, false)]);
      while (await isAlive()) await delay(20);
      await close(threads);
      assert.equal(threads.live, 0);
      assert.equal(threads.threadsReplaced, 0);
      await eventually(() => listeningSockets(port) === 0, "the thread's end");
    });
  });
}
