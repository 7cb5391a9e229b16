// What every runtime's UDP sockets keep to; the other side is node:dgram.

import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { HermodError } from "../../../src/errors.ts";
import type { UdpHandler, UdpSocket } from "../../../src/runtime/contract.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import { runtimeLacks } from "../../runtime-lacks.ts";
import { eventually } from "./recorded-stream.ts";

const LOOPBACK = "127.0.0.1";
const runtime = await selectRuntime();
const opened: UdpSocket[] = [];
const peers: Socket[] = [];
after(() => {
  for (const socket of opened) socket.close();
  for (const peer of peers) peer.close();
});

class RecordedDatagrams implements UdpHandler {
  readonly texts: string[] = [];
  readonly senders: string[] = [];
  readonly errors: Error[] = [];
  readonly sockets: Set<UdpSocket> = new Set();

  datagram(socket: UdpSocket, bytes: Uint8Array, port: number, address: string): void {
    this.sockets.add(socket);
    this.texts.push(new TextDecoder("latin1").decode(bytes));
    this.senders.push(`${address}:${port}`);
  }

  error(socket: UdpSocket, error: Error): void {
    this.sockets.add(socket);
    this.errors.push(error);
  }
}

async function open(remotePort?: number): Promise<{ socket: UdpSocket; seen: RecordedDatagrams }> {
  const seen = new RecordedDatagrams();
  const local = { host: LOOPBACK, port: 0 };
  const remote = remotePort === undefined ? {} : { remote: { host: LOOPBACK, port: remotePort } };
  const socket = await runtime.openUdp({ local, ...remote }, seen);
  opened.push(socket);
  return { socket, seen };
}

async function peer(): Promise<{ peer: Socket; port: number; texts: string[] }> {
  const socket = createSocket("udp4");
  const texts: string[] = [];
  socket.on("message", (bytes) => texts.push(bytes.toString("latin1")));
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  peers.push(socket);
  return { peer: socket, port: socket.address().port, texts };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a UDP socket", () => {
  test("knows its address, receives, and sends to whom it is told", async () => {
    const { socket, seen } = await open();
    const other = await peer();
    assert.equal(socket.local.host, LOOPBACK);
    assert.ok(socket.local.port > 0);
    other.peer.send("ping", socket.local.port, LOOPBACK);
    await eventually(() => seen.texts.length === 1, "a datagram");
    assert.deepEqual(seen.texts, ["ping"]);
    assert.deepEqual(seen.senders, [`${LOOPBACK}:${other.port}`]);
    assert.deepEqual([...seen.sockets], [socket]);
    assert.equal(socket.send(bytesOf("pong"), other.port, LOOPBACK), true);
    await eventually(() => other.texts.length === 1, "the response");
    assert.deepEqual(other.texts, ["pong"]);
  });

  test("connected, hears its remote only", async () => {
    const remote = await peer();
    const stranger = await peer();
    const { socket, seen } = await open(remote.port);
    assert.equal(socket.send(bytesOf("hello"), remote.port, LOOPBACK), true);
    await eventually(() => remote.texts.length === 1, "the query");
    stranger.peer.send("spoofed", socket.local.port, LOOPBACK);
    await delay(50);
    remote.peer.send("real", socket.local.port, LOOPBACK);
    await eventually(() => seen.texts.length > 0, "the response");
    assert.deepEqual(seen.texts, ["real"]);
  });

  test("connected, tells when nobody listens, and stays open", async () => {
    const gone = await peer();
    const { socket, seen } = await open(gone.port);
    peers.splice(peers.indexOf(gone.peer), 1);
    gone.peer.close();
    await once(gone.peer, "close");
    socket.send(bytesOf("hello"), gone.port, LOOPBACK);
    if (!runtimeLacks("errors of datagrams")) {
      await eventually(() => seen.errors.length > 0, "an error");
      assert.ok(seen.errors[0] instanceof Error);
      assert.deepEqual([...seen.sockets], [socket]);
    }
    const back = createSocket("udp4").bind(gone.port, LOOPBACK);
    peers.push(back);
    await once(back, "listening");
    back.send("here", socket.local.port, LOOPBACK);
    await eventually(() => seen.texts.length > 0, "a datagram");
    assert.deepEqual(seen.texts, ["here"]);
  });

  test("does not throw when a datagram can't be sent", async () => {
    const { socket } = await open();
    assert.equal(socket.send(new Uint8Array(70_000), 53, LOOPBACK), false);
    assert.equal(socket.send(bytesOf("x"), 53, "2001:db8::1"), false);
    const closed = await runtime
      .openUdp({ local: socket.local, remote: socket.local }, new RecordedDatagrams())
      .catch((error: unknown) => error);
    assert.ok(closed instanceof HermodError, "the port is taken");
  });

  test("gets ports that nobody can foretell", async () => {
    const ports = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const { socket } = await open();
      ports.add(socket.local.port);
    }
    const sorted = [...ports].sort((a, b) => a - b);
    assert.ok(ports.size >= 19, `too few: ${sorted}`);
    assert.ok(sorted.at(-1)! - sorted[0]! > 1000, `too close: ${sorted}`);
  });

  test("says what is wrong with an address and what to do", async () => {
    const { socket } = await open();
    const attempt = (host: string, port: number): Promise<UdpSocket> =>
      runtime.openUdp({ local: { host, port } }, new RecordedDatagrams());
    const { port } = socket.local;
    await assert.rejects(attempt(LOOPBACK, port), { name: "HermodError", code: "ADDRESS_IN_USE" });
    await assert.rejects(attempt("192.0.2.55", 5335), {
      ...{ name: "HermodError", code: "ADDRESS_NOT_AVAILABLE" },
      message: /192\.0\.2\.55/,
    });
  });
});
