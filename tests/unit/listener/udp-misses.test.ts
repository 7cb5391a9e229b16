// What the main thread does for the threads it may share a core with while it deals with their misses.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UdpMisses } from "../../../src/listener/udp-misses.ts";
import { Counters } from "../../../src/memory/counters.ts";
import { RecordRingWriter, recordRingByteLength } from "../../../src/memory/record-ring.ts";
import { WordBuffer } from "../../../src/memory/word-buffer.ts";
import type { DatagramSocket } from "../../../src/runtime/linux/datagram-socket.ts";
import { ORIGIN_WORDS } from "../../../src/runtime/linux/message-batch.ts";
import { AF_INET } from "../../../src/runtime/linux/socket-constants.ts";
import { UdpAnswering } from "../../udp-answering.ts";
import { ScriptedLibc } from "./scripted-libc.ts";

const RING_WORDS = 4096;
const MANY = 80;
/** At most so many queries or responses between two offers. */
const OFTEN = 20;

function start(): { libc: ScriptedLibc; misses: UdpMisses; ring: ArrayBuffer } {
  const libc = new ScriptedLibc();
  const { service } = new UdpAnswering();
  const ring = new ArrayBuffer(recordRingByteLength(RING_WORDS));
  const socket = { descriptor: 5, family: AF_INET, isWildcard: false } as DatagramSocket;
  const misses = new UdpMisses({ libc, ring, service, counters: new Counters(), socket });
  return { libc, misses, ring };
}

describe("the misses of a UDP thread", () => {
  test("leave the core to others again and again while queries are taken", () => {
    const { libc, misses, ring } = start();
    const writer = new RecordRingWriter(ring, ORIGIN_WORDS);
    const response = Uint8Array.of(0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    for (let i = 0; i < MANY; i++) {
      assert.ok(writer.push(response, 0, response.length, new Uint32Array(ORIGIN_WORDS), 0));
    }
    misses.take(1);
    assert.equal(libc.yields, 0, "not for every query: a call costs time");
    misses.take(MANY);
    assert.ok(libc.yields >= MANY / OFTEN, `${libc.yields} times`);
    assert.ok(misses.isEmpty);
  });

  test("and while responses are sent", () => {
    const { libc, misses } = start();
    for (let i = 0; i < MANY; i++)
      misses.send(new WordBuffer(16), 0, 12, new Uint32Array(ORIGIN_WORDS));
    assert.ok(libc.yields >= MANY / OFTEN, `${libc.yields} times`);
    misses.close();
    assert.equal(libc.sent.length, MANY);
  });
});
