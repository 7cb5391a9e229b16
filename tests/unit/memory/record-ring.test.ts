// The ring between two threads: every sequence of its operations, and the code on two real threads.
// record-ring-orders.test.ts has every order of their steps.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import {
  RecordRingReader,
  RecordRingWriter,
  recordRingByteLength,
} from "../../../src/memory/record-ring.ts";
import { ORIGIN_WORDS, payloadOf, type ProducerData } from "./record-ring-records.ts";

// ── The code, in every sequence of its operations ───────────────────────────────────────────────

const RING_WORDS = 16;
/** Bytes of payloads: with the record's two words and one of origin these take 3, 4 and 9 words. */
const LENGTHS = [0, 3, 23];
const STEPS = 8;

class RingUnderTest {
  readonly writer: RecordRingWriter;
  readonly reader: RecordRingReader;
  private readonly expected: number[] = [];
  private usedWords = 0;
  private sequence = 0;
  private refused = 0;
  /** The reader has given back all room, that of the last record too. */
  private isGivenBack = true;

  /** `position`: of head and tail; it wraps at 2^32. */
  constructor(position: number) {
    const buffer = new ArrayBuffer(recordRingByteLength(RING_WORDS));
    const cells = new Int32Array(buffer);
    cells[0] = cells[16] = position;
    this.writer = new RecordRingWriter(buffer, 1);
    this.reader = new RecordRingReader(buffer, 1);
  }

  push(length: number): void {
    const payload = new Uint8Array(length + 5).fill(++this.sequence);
    const isTaken = this.writer.push(payload, 5, length, Uint32Array.of(0, this.sequence), 1);
    const words = 3 + Math.ceil(length / 4);
    if (this.usedWords + words > RING_WORDS) assert.equal(isTaken, false);
    // Where the ring ends can't be in the way of less than half of it.
    if (this.isGivenBack && words <= RING_WORDS / 2) assert.equal(isTaken, true);
    if (isTaken) {
      this.expected.push(length * 1000 + this.sequence);
      this.usedWords += words;
      this.isGivenBack = false;
    } else {
      this.refused++;
    }
    assert.equal(this.reader.refused, this.refused);
  }

  next(): void {
    const { reader } = this;
    const wanted = this.expected.shift();
    assert.equal(reader.isEmpty, wanted === undefined);
    assert.equal(reader.next(), wanted !== undefined);
    if (wanted === undefined) {
      this.isGivenBack = true;
      return;
    }
    const sequence = reader.words[reader.originAt]!;
    assert.equal(reader.length * 1000 + sequence, wanted);
    for (let i = 0; i < reader.length; i++) {
      assert.equal(reader.bytes[reader.offset + i], sequence & 0xff);
    }
    this.usedWords -= 3 + Math.ceil(reader.length / 4);
  }
}

describe("the ring", () => {
  for (const position of [0, 5, 0x7ffffff8, 0xfffffffa]) {
    test(`keeps order and content in every sequence of operations from ${position}`, () => {
      const kinds = LENGTHS.length + 1;
      for (let number = 0; number < kinds ** STEPS; number++) {
        const ring = new RingUnderTest(position);
        for (let step = 0, rest = number; step < STEPS; step++, rest = Math.floor(rest / kinds)) {
          const kind = rest % kinds;
          if (kind === LENGTHS.length) ring.next();
          else ring.push(LENGTHS[kind]!);
        }
        for (let i = 0; i < STEPS; i++) ring.next();
      }
    });
  }

  test("is filled to its last word", () => {
    const buffer = new ArrayBuffer(recordRingByteLength(RING_WORDS));
    const writer = new RecordRingWriter(buffer, 1);
    const payload = new Uint8Array(4 * (RING_WORDS / 2 - 3));
    const push = (): boolean => writer.push(payload, 0, payload.length, Uint32Array.of(0), 0);
    assert.deepEqual([push(), push(), push()], [true, true, false]);
  });

  test("is taken over by a new producer and a new consumer where the old ones were", () => {
    const buffer = new ArrayBuffer(recordRingByteLength(64));
    const payload = Uint8Array.of(1, 2, 3);
    const push = (value: number): boolean =>
      new RecordRingWriter(buffer, 1).push(payload, 0, 3, Uint32Array.of(value), 0);
    const reader = new RecordRingReader(buffer, 1);
    for (let value = 1; value < 100; value++) {
      assert.ok(push(value));
      assert.ok(reader.next());
      assert.equal(reader.words[reader.originAt], value);
      assert.equal(reader.next(), false);
      assert.equal(new RecordRingReader(buffer, 1).isEmpty, true);
    }
  });
});

// ── The code on two threads ─────────────────────────────────────────────────────────────────────

test("the ring between two threads keeps every record, and counts what it refuses", async () => {
  const buffer = new SharedArrayBuffer(recordRingByteLength(1 << 10));
  const refused = new Int32Array(new SharedArrayBuffer(4));
  const data: ProducerData = { buffer, refused, records: 50_000 };
  const file = new URL("./record-ring-producer.ts", import.meta.url);
  const worker = new Worker(file, { workerData: data });
  const exited = new Promise((resolve) => worker.on("exit", resolve));
  const reader = new RecordRingReader(buffer, ORIGIN_WORDS);
  let taken = 0;
  while (taken < data.records) {
    if (!reader.next()) {
      await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    assert.ok(isRecord(reader, taken), `record ${taken}`);
    taken++;
  }
  await exited;
  assert.equal(reader.next(), false);
  assert.equal(reader.refused, refused[0]);
});

function isRecord(reader: RecordRingReader, sequence: number): boolean {
  const { bytes, length, offset, originAt, words } = reader;
  const payload = payloadOf(sequence);
  let isSame = length === payload.length;
  for (let w = 0; w < ORIGIN_WORDS; w++) isSame &&= words[originAt + w] === sequence;
  for (let i = 0; i < length; i++) isSame &&= bytes[offset + i] === payload[i];
  return isSame;
}
