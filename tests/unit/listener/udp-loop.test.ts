// What a UDP thread does with what arrives, and with what the kernel says to what it sends; without
// threads and sockets.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { MonotonicClock } from "../../../src/clock/monotonic.ts";
import { createAnswerer } from "../../../src/resolver/create-answerer.ts";
import { UdpLane } from "../../../src/listener/udp-lane.ts";
import { UdpLoop, WAIT_MS } from "../../../src/listener/udp-loop.ts";
import { COUNTER, Counters, PATH, TRANSPORT } from "../../../src/memory/counters.ts";
import { EpochReader, EpochWriter } from "../../../src/memory/epochs.ts";
import { RecordRingReader, recordRingByteLength } from "../../../src/memory/record-ring.ts";
import { BootClock } from "../../../src/runtime/linux/boot-clock.ts";
import { ORIGIN_WORDS } from "../../../src/runtime/linux/message-batch.ts";
import {
  AF_INET,
  AF_INET6,
  EAGAIN,
  EINTR,
  EPERM,
  MSG_DONTWAIT,
  MSG_WAITFORONE,
} from "../../../src/runtime/linux/socket-constants.ts";
import { queryFor, UdpAnswering } from "../../udp-answering.ts";
import { type ScriptedDatagram, ScriptedLibc } from "./scripted-libc.ts";

const ENOBUFS = 105;
const ECONNREFUSED = 111;
const RING_WORDS = 256;
const READER = 1;
/** struct sockaddr_in: 127.0.0.1, and the port. */
const nameOf = (port: number): Uint8Array =>
  Uint8Array.of(AF_INET, 0, port >> 8, port & 0xff, 127, 0, 0, 1, ...Array<number>(8).fill(0));

const set = new UdpAnswering();
const { cache } = set.settings;
const epochRow = new Int32Array(cache.epochs, 64 * (1 + READER), 1);
new EpochWriter(cache.epochs);

let libc: ScriptedLibc;
let counters: Counters;
let ring: ArrayBuffer;
const doorbell = new Int32Array(new SharedArrayBuffer(4));

beforeEach(() => {
  libc = new ScriptedLibc();
  counters = new Counters();
  ring = new ArrayBuffer(recordRingByteLength(RING_WORDS));
});

interface LaneOptions {
  readonly family?: number;
  readonly isWildcard?: boolean;
  readonly descriptor?: number;
}

/** Runs a loop over these lanes until nothing is left to arrive. */
function run(...lanes: LaneOptions[]): void {
  const stopFlag = new Int32Array(1);
  libc.onIdle = () => {
    stopFlag[0] = 1;
  };
  const made = (lanes.length > 0 ? lanes : [{}]).map((options) => {
    const { family = AF_INET, isWildcard = false, descriptor = 5 } = options;
    return new UdpLane(libc, { descriptor, family, isWildcard, misses: ring });
  });
  const clock = new MonotonicClock();
  clock.follow(new BootClock(libc), 0);
  const loop = new UdpLoop({
    libc,
    lanes: made,
    answerer: createAnswerer(set.settings),
    counters,
    epochs: new EpochReader(cache.epochs, READER),
    clock,
    stopFlag,
    doorbell,
  });
  loop.run();
}

/** Names that are known without asking. */
const local = (id: number, port = 1000 + id): Partial<ScriptedDatagram> => {
  return { bytes: queryFor("localhost", { id }), name: nameOf(port) };
};
const ids = (): number[] => libc.sent.map(({ bytes }) => dnsPacket.decode(Buffer.from(bytes)).id!);
const portOf = ({ name }: ScriptedDatagram): number => name[2]! * 256 + name[3]!;
const dropped = (): number => counters.value(COUNTER.dropped);
const sendFailures = (): number => counters.value(COUNTER.sendFailures);

describe("a UDP thread", () => {
  test("answers a batch, each to where it came from", () => {
    libc.arrivals.push([local(1), local(2)], [local(3)]);
    run();
    assert.deepEqual(ids(), [1, 2, 3]);
    assert.deepEqual(libc.sent.map(portOf), [1001, 1002, 1003]);
    assert.deepEqual([...libc.sent[0]!.name], [...nameOf(1001)]);
    assert.deepEqual(
      libc.sent.map(({ control }) => control.length),
      [0, 0, 0],
    );
    assert.equal(counters.queries(TRANSPORT.udp, PATH.local, 0), 3);
  });

  test("answers more than fits into one batch", () => {
    const many = Array.from({ length: 64 }, (_, i) => local(i));
    libc.arrivals.push(many, many.slice(0, 1));
    run();
    assert.equal(libc.sent.length, 65);
  });

  test("answers from the address that was asked, whatever the interface", () => {
    const control = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    libc.arrivals.push([{ ...local(1), control }]);
    run({ isWildcard: true });
    const expected = control.slice().fill(0, 16, 20);
    assert.deepEqual([...libc.sent[0]!.control], [...expected]);
  });

  test("answers over IPv6 from the address that was asked", () => {
    const control = Uint8Array.from({ length: 40 }, (_, i) => i + 1);
    const name = Uint8Array.of(AF_INET6, 0, 4, 5, ...Array<number>(4 + 15).fill(0), 1, 7, 0, 0, 0);
    libc.arrivals.push([{ bytes: queryFor("localhost", { id: 1 }), name, control }]);
    run({ family: AF_INET6, isWildcard: true });
    assert.deepEqual([...libc.sent[0]!.name], [...name]);
    assert.deepEqual([...libc.sent[0]!.control], [...control.slice().fill(0, 32, 36)]);
    assert.equal(counters.queries(TRANSPORT.udp, PATH.local, 0), 1);
  });

  test("drops and counts what can't be answered, and answers what is around it", () => {
    const response = queryFor("localhost", { id: 9 });
    response[2]! |= 0x80;
    const bad: Partial<ScriptedDatagram>[] = [
      local(9, 0),
      { bytes: new Uint8Array(3000), name: nameOf(1) },
      { bytes: response, name: nameOf(1) },
      { bytes: new Uint8Array(11), name: nameOf(1) },
      { name: nameOf(1) },
    ];
    libc.arrivals.push([local(1), ...bad.flatMap((each, i) => [each, local(2 + i)])]);
    run();
    assert.deepEqual(ids(), [1, 2, 3, 4, 5, 6]);
    assert.equal(dropped(), bad.length);
  });

  test("goes on after every error of a receive, and pauses for strange ones", () => {
    libc.arrivals.push(EAGAIN, [local(1)], EINTR, [local(2)], ECONNREFUSED, [local(3)]);
    run();
    assert.deepEqual(ids(), [1, 2, 3]);
    assert.deepEqual(libc.polls, [10]);
  });

  test("holds no block while it waits or sends, and is in an epoch while it reads", () => {
    const rows: number[] = [];
    libc.onReceive = () => rows.push(epochRow[0]!);
    libc.onClock = () => rows.push(epochRow[0]! === 0 ? -1 : 1);
    libc.arrivals.push([local(1)], [local(2)]);
    run();
    assert.deepEqual(rows, [0, 1, 0, 1, 0]);
  });

  test("waits for several sockets at once", () => {
    const order: number[] = [];
    libc.onReceive = (descriptor, flags) => {
      order.push(descriptor);
      assert.equal(flags, MSG_DONTWAIT);
    };
    libc.arrivals.push([local(1)], EAGAIN, [local(2)], [local(3)]);
    run({ descriptor: 5 }, { descriptor: 6 });
    assert.deepEqual(order.slice(0, 4), [5, 6, 5, 6]);
    assert.deepEqual(
      libc.sent.map(({ descriptor }) => descriptor),
      [5, 5, 6],
    );
    assert.ok(libc.polls.every((timeoutMs) => timeoutMs === WAIT_MS));
  });

  test("blocks on an only socket", () => {
    libc.onReceive = (_descriptor, flags) => assert.equal(flags, MSG_WAITFORONE);
    libc.arrivals.push([local(1)]);
    run();
    assert.equal(libc.polls.length, 0);
  });
});

describe("what a UDP thread can't send", () => {
  const batch = (count: number): Partial<ScriptedDatagram>[] =>
    Array.from({ length: count }, (_, i) => local(i + 1));

  for (const [name, error] of Object.entries({ EPERM, ENOBUFS, ECONNREFUSED })) {
    for (const at of [0, 2, 4]) {
      test(`${name} for datagram ${at} of 5 loses that one alone`, () => {
        libc.sendErrors.set(at, error);
        libc.arrivals.push(batch(5), [local(9)]);
        run();
        const expected = [1, 2, 3, 4, 5, 9].filter((_, i) => i !== at);
        assert.deepEqual(ids(), expected);
        assert.equal(sendFailures(), 1);
      });
    }
  }

  test("EINTR loses nothing", () => {
    libc.sendErrors.set(2, EINTR);
    libc.arrivals.push(batch(5));
    run();
    assert.deepEqual(ids(), [1, 2, 3, 4, 5]);
    assert.equal(sendFailures(), 0);
  });

  test("EAGAIN loses the rest of the batch: the kernel's buffer is full", () => {
    libc.sendErrors.set(2, EAGAIN);
    libc.arrivals.push(batch(5), [local(9)]);
    run();
    assert.deepEqual(ids(), [1, 2, 9]);
    assert.equal(sendFailures(), 3);
  });
});

describe("what a UDP thread can't answer", () => {
  const unknown = (id: number): Partial<ScriptedDatagram> => {
    return { bytes: queryFor(`n${id}.example`, { id }), name: nameOf(1000 + id) };
  };

  test("goes to the ring with its origin, and the bell rings", () => {
    doorbell[0] = 1;
    libc.arrivals.push([local(1), unknown(2), local(3), unknown(4)]);
    run();
    assert.deepEqual(ids(), [1, 3]);
    assert.equal(doorbell[0], 0);
    const misses = new RecordRingReader(ring, ORIGIN_WORDS);
    for (const id of [2, 4]) {
      assert.ok(misses.next());
      const query = misses.bytes.slice(misses.offset, misses.offset + misses.length);
      assert.deepEqual([...query], [...unknown(id).bytes!]);
      const origin = misses.bytes.slice(4 * misses.originAt, 4 * misses.originAt + 16);
      assert.deepEqual([...origin], [...nameOf(1000 + id)]);
    }
    assert.equal(misses.next(), false);
  });

  test("is dropped and counted once the ring is full; hits go on", () => {
    const many = Array.from({ length: 20 }, (_, i) => unknown(i + 1));
    libc.arrivals.push([...many, local(99)]);
    run();
    const misses = new RecordRingReader(ring, ORIGIN_WORDS);
    let taken = 0;
    while (misses.next()) taken++;
    assert.ok(taken > 5 && taken < 20, `${taken}`);
    assert.equal(misses.refused, 20 - taken);
    assert.deepEqual(ids(), [99]);
  });

  test("rings nobody when all is known", () => {
    doorbell[0] = 1;
    libc.arrivals.push([local(1)]);
    run();
    assert.equal(doorbell[0], 1);
  });
});
