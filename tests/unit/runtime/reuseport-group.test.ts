// Who gets what is new on a shared port, over real sockets: the one that it is steered to, in whatever
// order others join and leave.

import assert from "node:assert/strict";
import { connect } from "node:net";
import process from "node:process";
import { after, describe, test } from "node:test";
import type { Endpoint, StreamListener } from "../../../src/runtime/contract.ts";
import type { Libc } from "../../../src/runtime/libc-contract.ts";
import { loadSharedPorts } from "../../../src/runtime/load-shared-ports.ts";
import { loadLibc } from "../../../src/runtime/libc.ts";
import { DatagramSocket } from "../../../src/runtime/linux/datagram-socket.ts";
import { ReceiveBatch } from "../../../src/runtime/linux/receive-batch.ts";
import { ReuseportGroup } from "../../../src/runtime/linux/reuseport-group.ts";
import { MSG_DONTWAIT } from "../../../src/runtime/linux/socket-constants.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";

const skip = process.platform === "linux" ? false : "ports are steered on Linux";
const runtime = await selectRuntime();
const hosts = ["127.0.0.1", ...(runtime.localAddresses().includes("::1") ? ["::1"] : [])];
/** That all of so many come to one of two by chance: 2 in 2^40. */
const TIMES = 40;
const opened: { close(): void }[] = [];
after(() => {
  for (const each of opened) each.close();
});

/** A listener that greets with its name. */
function listen(local: Endpoint, name: string): StreamListener {
  const listener = runtime.listen(
    { local, reusePort: true, contextFor: () => undefined },
    {
      open(stream) {
        stream.write(new TextEncoder().encode(name), 0, name.length);
        stream.end();
      },
      data() {},
      drain() {},
      close() {},
    },
  );
  opened.push({ close: () => listener.stop() });
  return listener;
}

function greeting({ host, port }: Endpoint): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect({ host, port });
    socket.on("data", (bytes: Buffer) => (received += bytes.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

/** The names of all that answered, sorted. */
async function answering(local: Endpoint): Promise<string> {
  const names = new Set<string>();
  for (let i = 0; i < TIMES; i++) names.add(await greeting(local));
  return [...names].sort().join(" ");
}

describe("a port that several listeners share", () => {
  for (const host of hosts) {
    test(`gives new connections to one of them, on ${host}`, { skip }, async () => {
      const open = await loadSharedPorts();
      const first = listen({ host, port: 0 }, "first");
      const { local } = first;
      const port = open(local, "tcp");
      const join = (name: string): StreamListener => {
        const listener = listen(local, name);
        port.joined(listener);
        return listener;
      };
      port.joined(first);
      assert.equal(port.steer(first), true);
      const second = join("second");
      assert.equal(await answering(local), "first", "until it is steered");
      assert.equal(port.steer(second), true);
      assert.equal(await answering(local), "second");
      const third = join("third");
      port.steer(third);
      assert.equal(await answering(local), "third");
      // The third takes the first one's place in the kernel's order.
      first.stop();
      port.left();
      assert.equal(await answering(local), "third");
      port.steer(second);
      assert.equal(await answering(local), "second");
      const fourth = join("fourth");
      port.steer(fourth);
      for (const listener of [third, second]) {
        listener.stop();
        port.left();
      }
      assert.equal(await answering(local), "fourth");
      assert.equal(port.has(third), false);
      assert.equal(port.has(fourth), true);
    });
  }

  test("is spread over all of them by default", { skip }, async () => {
    const { local } = listen({ host: "127.0.0.1", port: 0 }, "first");
    listen(local, "second");
    assert.equal(await answering(local), "first second");
  });

  test("has all descriptors looked at only when one joins", { skip }, async () => {
    const libc = await loadLibc();
    let looks = 0;
    const counting: Libc = {
      ...libc,
      getsockname: (...parameters) => {
        looks++;
        return libc.getsockname(...parameters);
      },
    };
    const first = listen({ host: "127.0.0.1", port: 0 }, "first");
    const group = new ReuseportGroup(counting, first.local, "tcp");
    group.joined(first);
    assert.ok(looks > 0);
    looks = 0;
    assert.equal(group.steer(first), true);
    assert.equal(group.has(first), true);
    group.left();
    assert.equal(looks, 0);
  });

  test("can't be steered when nobody listens", { skip }, async () => {
    const group = new ReuseportGroup(await loadLibc(), { host: "127.0.0.1", port: 1 }, "tcp");
    assert.equal(group.steer({}), false);
    assert.equal(group.has({}), false);
  });
});

function openDatagrams(libc: Libc, local: Endpoint): DatagramSocket {
  const socket = new DatagramSocket(libc, { local, reusePort: true, receiveTimeoutMs: 100 });
  opened.push(socket);
  return socket;
}

/** First bytes of the datagrams that wait. */
function waiting(libc: Libc, socket: DatagramSocket): number[] {
  const batch = new ReceiveBatch(libc, socket, { count: 2 * TIMES, capacityBytes: 64 });
  const count = Math.max(0, batch.receive(socket.descriptor, MSG_DONTWAIT));
  return Array.from({ length: count }, (_, i) => batch.bytes[i * batch.strideBytes]!);
}

test("QUIC handshakes can go to one socket and connections to another", { skip }, async () => {
  const libc = await loadLibc();
  const former = openDatagrams(libc, { host: "127.0.0.1", port: 0 });
  const next = openDatagrams(libc, former.local);
  const group = new ReuseportGroup(libc, former.local, "udp");
  // Which of the two unknown sockets is whose can't be told when both are there already.
  assert.equal(group.steer(next), false);
  next.close();
  group.joined(former);
  const again = openDatagrams(libc, former.local);
  group.joined(again);
  assert.equal(group.steer(again, former), true);
  const [handshake, connection] = [0xc3, 0x43];
  for (let i = 0; i < TIMES; i++) {
    const client = await runtime.openUdp(
      { local: { host: "127.0.0.1", port: 0 } },
      { datagram() {}, error() {} },
    );
    for (const first of [handshake, connection]) {
      client.send(Uint8Array.of(first, 1, 2, 3), former.local.port, "127.0.0.1");
    }
    opened.push(client);
  }
  const received: Record<string, number[]> = { former: [], next: [] };
  for (
    let i = 0;
    i < 100 && received["former"]!.length + received["next"]!.length < 2 * TIMES;
    i++
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    received["former"]!.push(...waiting(libc, former));
    received["next"]!.push(...waiting(libc, again));
  }
  assert.deepEqual(received["next"], Array(TIMES).fill(handshake));
  assert.deepEqual(received["former"], Array(TIMES).fill(connection));
});
