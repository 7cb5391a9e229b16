// How many datagrams one call takes or sends: many, or one where batching is turned off.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { UdpLane } from "../../../src/listener/udp-lane.ts";
import { UdpMisses } from "../../../src/listener/udp-misses.ts";
import { Counters } from "../../../src/memory/counters.ts";
import { recordRingByteLength } from "../../../src/memory/record-ring.ts";
import { WordBuffer } from "../../../src/memory/word-buffer.ts";
import type { DatagramSocket } from "../../../src/runtime/linux/datagram-socket.ts";
import { ORIGIN_WORDS } from "../../../src/runtime/linux/message-batch.ts";
import { AF_INET } from "../../../src/runtime/linux/socket-constants.ts";
import { UdpAnswering } from "../../udp-answering.ts";
import { ScriptedLibc } from "./scripted-libc.ts";

const RING_WORDS = 256;
const shape = { descriptor: 5, family: AF_INET, isWildcard: false };

/** Notes how many messages each call is about. */
class CountingLibc extends ScriptedLibc {
  readonly counts: number[] = [];

  override recvmmsg(descriptor: number, vector: number, count: number, flags: number): number {
    this.counts.push(count);
    return super.recvmmsg(descriptor, vector, count, flags);
  }

  override sendmmsg(descriptor: number, vector: number, count: number): number {
    this.counts.push(count);
    return super.sendmmsg(descriptor, vector, count);
  }
}

describe("a lane", () => {
  for (const batchCount of [undefined, 1]) {
    test(`takes ${batchCount ?? "many"} datagrams at once`, () => {
      const libc = new CountingLibc();
      const ring = new ArrayBuffer(recordRingByteLength(RING_WORDS));
      const settings = { ...shape, misses: ring, ...(batchCount && { batchCount }) };
      const { descriptor, received, responses } = new UdpLane(libc, settings);
      received.receive(descriptor, 0);
      const expected = libc.counts[0]!;
      assert.equal(expected === 1, batchCount === 1);
      const origin = new Uint32Array(ORIGIN_WORDS);
      for (let i = 0; i < expected; i++) {
        assert.equal(responses.isFull, false);
        responses.push(12, origin, 0);
      }
      assert.equal(responses.isFull, true);
      assert.equal(responses.flush(descriptor), 0);
      assert.deepEqual(libc.counts, [expected, expected]);
    });
  }
});

describe("the responses to misses", () => {
  for (const [batchCount, calls] of [
    [undefined, [3]],
    [1, [1, 1, 1]],
  ] as const) {
    test(`leave in ${calls.length} calls, told ${batchCount}`, async () => {
      const libc = new CountingLibc();
      const { service } = new UdpAnswering();
      const ring = new ArrayBuffer(recordRingByteLength(RING_WORDS));
      const misses = new UdpMisses({
        ...{ libc, ring, service, counters: new Counters() },
        socket: shape as DatagramSocket,
        ...(batchCount && { batchCount }),
      });
      const origin = new Uint32Array(ORIGIN_WORDS);
      for (let i = 0; i < 3; i++) misses.send(new WordBuffer(16), 0, 12, origin);
      await turn();
      await turn();
      assert.deepEqual(libc.counts, calls);
      assert.equal(libc.sent.length, 3);
    });
  }
});
