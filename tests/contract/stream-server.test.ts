// The stream listener over real sockets: framing, order, deadlines and limits, as a client sees them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { timers } from "../../src/clock/timing-wheel.ts";
import { ConnectionLimit } from "../../src/listener/connection-limit.ts";
import { StreamServer } from "../../src/listener/stream-server.ts";
import { COUNTER, Counters, TRANSPORT } from "../../src/memory/counters.ts";
import { AccessList } from "../../src/resolver/access-list.ts";
import { QueryService } from "../../src/resolver/query-service.ts";
import { Resolver } from "../../src/resolver/resolve.ts";
import type { ServerTls } from "../../src/runtime/contract.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { makeSelfSigned } from "../certificates.ts";
import { needs } from "../e2e/programs.ts";
import { Answering } from "../answering.ts";
import { encode, ScriptedGroup } from "../scripted-group.ts";

const runtime = await selectRuntime();
const servers: StreamServer[] = [];
const sockets: Socket[] = [];
after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) {
    server.stop();
    server.closeAll();
  }
});

interface Limits {
  idleTimeoutMs?: number;
  messageTimeoutMs?: number;
  connections?: number;
  perClient?: number;
  /** Their connections begin with the PROXY protocol. */
  proxies?: AccessList;
}

function serve(
  limits: Limits = {},
  tls?: ServerTls,
): {
  port: number;
  group: ScriptedGroup;
  counters: Counters;
  server: StreamServer;
} {
  const set = new Answering();
  const group = new ScriptedGroup();
  const counters = new Counters();
  const { answerer, store } = set;
  const waits = { waitMs: 5000, waitersPerQuestion: 1000, waitersPerClient: 1000 };
  const resolver = new Resolver({ answerer, store, upstream: group, timers, counters, ...waits });
  const { idleTimeoutMs = 30_000, messageTimeoutMs = 5000 } = limits;
  const server = new StreamServer(
    {
      runtime,
      service: new QueryService(answerer, resolver, counters),
      counters,
      timers,
      limits: { idleTimeoutMs, messageTimeoutMs },
      connections: new ConnectionLimit(limits.connections ?? 100, limits.perClient ?? 100),
      ...(limits.proxies && { proxies: limits.proxies }),
    },
    tls === undefined ? TRANSPORT.tcp : TRANSPORT.dot,
    tls,
  );
  servers.push(server);
  const { port } = server.listen({ host: "127.0.0.1", port: 0 });
  return { port, group, counters, server };
}

/** A client that cuts what it receives into messages. */
class Client {
  readonly socket: Socket;
  readonly messages: dnsPacket.DecodedPacket[] = [];
  ended = false;
  private received: Buffer = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    sockets.push(this.socket);
    this.socket.on("data", (bytes: Buffer) => this.take(bytes));
    this.socket.on("end", () => (this.ended = true));
    this.socket.on("error", () => (this.ended = true));
    this.socket.on("close", () => (this.ended = true));
  }

  private take(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= 2) {
      const end = 2 + this.received.readUInt16BE(0);
      if (this.received.length < end) return;
      this.messages.push(dnsPacket.decode(this.received.subarray(2, end)));
      this.received = this.received.subarray(end);
    }
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < 2000; i++) {
      if (condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.fail(`waited in vain for ${what}; got ${this.messages.length} messages`);
  }

  receive(count: number): Promise<void> {
    return this.until(() => this.messages.length >= count, `${count} messages`);
  }

  closed(): Promise<void> {
    return this.until(() => this.ended, "the end of the connection");
  }
}

function framed(name: string, id: number, options: unknown[] = []): Buffer {
  const message = encode({
    type: "query",
    id,
    flags: 0x100,
    questions: [{ type: "A", name }],
    additionals: [{ type: "OPT", name: ".", options }],
  });
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);
}

const A = (name: string): unknown => ({ type: "A", name, data: "192.0.2.1", ttl: 300 });

describe("streams: messages", () => {
  test("answers a pipelined burst, each query once", async () => {
    const { port } = serve();
    const client = new Client(port);
    const ids = Array.from({ length: 500 }, (_, i) => i);
    client.socket.write(Buffer.concat(ids.map((id) => framed("localhost", id))));
    await client.receive(500);
    assert.deepEqual(
      client.messages.map((m) => m.id),
      ids,
    );
  });

  test("answers a query that comes byte by byte", async () => {
    const { port } = serve();
    const client = new Client(port);
    client.socket.setNoDelay(true);
    for (const byte of framed("localhost", 5)) {
      client.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.receive(1);
    assert.equal(client.messages[0]!.id, 5);
  });

  test("answers out of order: what is known does not wait for what is asked", async () => {
    const { port, group } = serve();
    const client = new Client(port);
    const queries = [framed("b.example", 1), framed("a.example", 2), framed("localhost", 3)];
    client.socket.write(Buffer.concat(queries));
    await client.receive(1);
    assert.equal(client.messages[0]!.id, 3);
    group.respond(1, { answers: [A("a.example")] });
    await client.receive(2);
    group.respond(0, { answers: [A("b.example")] });
    await client.receive(3);
    assert.deepEqual(
      client.messages.map((m) => m.id),
      [3, 2, 1],
    );
  });

  test("tells its idle time-out to clients that ask (RFC 7828)", async () => {
    const { port } = serve();
    const client = new Client(port);
    client.socket.write(framed("localhost", 1, [{ code: 11, data: Buffer.alloc(0) }]));
    await client.receive(1);
    const opt = client.messages[0]!.additionals![0] as unknown as { options: { code: number }[] };
    assert.deepEqual(
      opt.options.map((option) => option.code),
      [11],
    );
  });

  test("a client that has finished sending still gets its answers", async () => {
    const { port, group } = serve();
    const client = new Client(port);
    client.socket.end(framed("late.example", 9));
    await client.until(() => group.asked.length === 1, "the upstream query");
    await new Promise((resolve) => setTimeout(resolve, 50));
    group.respond(0, { answers: [A("late.example")] });
    await client.receive(1);
    assert.equal(client.messages[0]!.id, 9);
    await client.closed();
  });

  test("a client that is gone costs nothing when its answer comes", async () => {
    const { port, group, counters } = serve();
    const client = new Client(port);
    client.socket.write(framed("gone.example", 9));
    await client.until(() => group.asked.length === 1, "the upstream query");
    client.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    group.respond(0, { answers: [A("gone.example")] });
    const next = new Client(port);
    next.socket.write(framed("gone.example", 10));
    await next.receive(1);
    assert.equal(counters.value(COUNTER.connectionsOpened), 2);
  });
});

describe("streams: deadlines and limits", () => {
  test("a message that does not become whole ends the connection", async () => {
    const { port, counters } = serve({ messageTimeoutMs: 200 });
    const client = new Client(port);
    client.socket.write(framed("localhost", 1));
    client.socket.write(framed("localhost", 2).subarray(0, 20));
    await client.receive(1);
    await client.closed();
    assert.equal(counters.value(COUNTER.connectionsTimedOut), 1);
  });

  test("a connection without queries ends; one with a query in flight does not", async () => {
    const { port, group } = serve({ idleTimeoutMs: 200 });
    const idle = new Client(port);
    const busy = new Client(port);
    busy.socket.write(framed("slow.example", 1));
    await idle.closed();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(busy.ended, false);
    group.respond(0, { answers: [A("slow.example")] });
    await busy.receive(1);
    await busy.closed();
  });

  test("a client whose messages all arrive in time is not cut off, however they are packed", async () => {
    const { port, counters } = serve({ messageTimeoutMs: 300 });
    const client = new Client(port);
    client.socket.setNoDelay(true);
    const message = framed("localhost", 1);
    // Each write ends in the middle of the next message.
    client.socket.write(message.subarray(0, 20));
    for (let i = 0; i < 12; i++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      client.socket.write(Buffer.concat([message.subarray(20), message.subarray(0, 20)]));
    }
    await client.receive(12);
    assert.equal(counters.value(COUNTER.connectionsTimedOut), 0);
  });

  test("a length under 12 ends the connection, and what follows is not read", async () => {
    const { port, group } = serve();
    const client = new Client(port);
    client.socket.write(Buffer.concat([Buffer.from([0, 3, 1, 2, 3]), framed("a.example", 1)]));
    await client.closed();
    assert.equal(group.asked.length, 0);
  });

  test("over the limit for one client a new connection is closed, the others live", async () => {
    const { port, counters } = serve({ perClient: 2 });
    const [one, two] = [new Client(port), new Client(port)];
    for (const client of [one, two]) client.socket.write(framed("localhost", 1));
    await Promise.all([one.receive(1), two.receive(1)]);
    await new Client(port).closed();
    assert.equal(counters.value(COUNTER.connectionsRefused), 1);
    one.socket.write(framed("localhost", 2));
    await one.receive(2);
    two.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const again = new Client(port);
    again.socket.write(framed("localhost", 3));
    await again.receive(1);
  });

  test("at the limit in all accepting stops, and starts again when a quarter is free", async () => {
    const { port } = serve({ connections: 4 });
    const clients = Array.from({ length: 4 }, () => new Client(port));
    for (const client of clients) client.socket.write(framed("localhost", 1));
    await Promise.all(clients.map((client) => client.receive(1)));
    const refused = connect({ port, host: "127.0.0.1" });
    await once(refused, "error");
    clients[0]!.socket.write(framed("localhost", 2));
    await clients[0]!.receive(2);
    clients[3]!.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const again = new Client(port);
    again.socket.write(framed("localhost", 3));
    await again.receive(1);
  });

  test("a client that asks and does not read is cut off", async () => {
    const { port } = serve();
    const client = new Client(port);
    await once(client.socket, "connect");
    client.socket.pause();
    const burst = Buffer.concat(Array.from({ length: 1000 }, (_, i) => framed("localhost", i)));
    for (let i = 0; i < 400 && !client.socket.destroyed; i++) {
      client.socket.write(burst);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until(() => client.ended || client.socket.destroyed, "the cut");
  });

  const skip = needs("openssl");
  test("connections count before their TLS handshake", { skip }, async () => {
    const { certificate, key } = makeSelfSigned({ names: ["localhost"] });
    const { port, counters } = serve({ perClient: 3 }, { certificate, key, alpn: ["dot"] });
    const silent = Array.from({ length: 8 }, () => new Client(port));
    const refused = (): number => counters.value(COUNTER.connectionsRefused);
    await silent[0]!.until(() => refused() === 5, "five refusals");
    assert.equal(silent.filter((client) => !client.ended).length >= 3, true);
  });
});

describe("streams: behind a proxy", () => {
  const loopback = { bytes: Uint8Array.from([...Array(10).fill(0), 255, 255, 127, 0, 0, 0]) };
  const proxies = new AccessList([{ ...loopback, prefixLength: 104 }]);
  const rcodeFor = async (header: string, cut: number): Promise<string> => {
    const { port } = serve({ proxies });
    const client = new Client(port);
    client.socket.setNoDelay(true);
    const bytes = Buffer.concat([Buffer.from(header), framed("localhost", 7)]);
    client.socket.write(bytes.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.socket.write(bytes.subarray(cut));
    await client.receive(1);
    return (client.messages[0] as unknown as { rcode: string }).rcode;
  };

  test("access is the client's that the header names, however it is cut", async () => {
    const stranger = "PROXY TCP4 203.0.113.9 127.0.0.1 40000 53\r\n";
    const neighbour = "PROXY TCP4 127.9.9.9 127.0.0.1 40000 53\r\n";
    for (const cut of [5, stranger.length - 1, stranger.length, stranger.length + 9]) {
      assert.equal(await rcodeFor(stranger, cut), "REFUSED");
    }
    assert.equal(await rcodeFor(neighbour, 12), "NOERROR");
    assert.equal(await rcodeFor("PROXY UNKNOWN\r\n", 3), "NOERROR");
  });

  test("without a header the connection is closed, and one that never ends in time", async () => {
    const { port, counters } = serve({ proxies, messageTimeoutMs: 200 });
    const bare = new Client(port);
    bare.socket.write(framed("localhost", 1));
    const slow = new Client(port);
    slow.socket.write("PROXY TCP4 192");
    await Promise.all([bare.closed(), slow.closed()]);
    assert.equal(bare.messages.length, 0);
    assert.equal(counters.value(COUNTER.connectionsTimedOut), 1);
  });

  test("the limit for one client counts those that the headers name", async () => {
    const { port, counters } = serve({ proxies, perClient: 1 });
    const [one, two, other] = [new Client(port), new Client(port), new Client(port)];
    const header = (client: string): string => `PROXY TCP4 ${client} 127.0.0.1 40000 53\r\n`;
    one.socket.write(Buffer.concat([Buffer.from(header("127.1.1.1")), framed("localhost", 1)]));
    await one.receive(1);
    two.socket.write(Buffer.concat([Buffer.from(header("127.1.1.1")), framed("localhost", 2)]));
    await two.closed();
    other.socket.write(Buffer.concat([Buffer.from(header("127.2.2.2")), framed("localhost", 3)]));
    await other.receive(1);
    assert.equal(counters.value(COUNTER.connectionsRefused), 1);
  });
});
