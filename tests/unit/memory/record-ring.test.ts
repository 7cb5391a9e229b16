// The ring between two threads: every order of its steps in a model, every sequence of its operations
// in the code, and the code on two real threads.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import {
  MissRingReader,
  MissRingWriter,
  missRingByteLength,
} from "../../../src/memory/miss-ring.ts";
import { explore, type Model, type Thread } from "./interleavings.ts";
import { ORIGIN_WORDS, payloadOf, type ProducerData } from "./miss-ring-records.ts";

// ── The protocol, in every order of its steps ───────────────────────────────────────────────────

const CAPACITY = 4;
type Flaw = "none" | "publishes first" | "gives back first" | "takes what is in use";

/** A ring of records of one word of length and some words of content, as in memory/miss-ring. */
class RingModel implements Model {
  readonly threads: readonly Thread[];
  private readonly words: number[] = Array<number>(CAPACITY).fill(-1);
  private head: number;
  private tail: number;
  private readonly accepted: number[] = [];
  private readonly taken: number[] = [];
  private isProducerDone = false;
  private readonly flaw: Flaw;

  constructor(start: number, lengths: readonly number[], flaw: Flaw) {
    this.head = this.tail = start;
    this.flaw = flaw;
    this.threads = [this.produce(lengths), this.consume()];
  }

  finish(): void {
    assert.deepEqual(this.taken, this.accepted);
  }

  private *produce(lengths: readonly number[]): Thread {
    let value = 100;
    for (const length of lengths) {
      yield;
      const used = this.tail - this.head;
      const at = this.tail % CAPACITY;
      const skipped = length <= CAPACITY - at ? 0 : CAPACITY - at;
      const hasRoom = CAPACITY - used >= skipped + length;
      if (!hasRoom && this.flaw !== "takes what is in use") continue;
      const next = this.tail + skipped + length;
      if (this.flaw === "publishes first") this.tail = next;
      if (skipped > 0) {
        yield;
        this.words[at] = 0;
      }
      const start = (next - length) % CAPACITY;
      for (let w = 0; w < length; w++) {
        yield;
        this.words[start + w] = w === 0 ? length : ++value;
        if (w > 0) this.accepted.push(value);
      }
      yield;
      this.tail = next;
    }
    this.isProducerDone = true;
  }

  private *consume(): Thread {
    let mine = this.head;
    for (;;) {
      yield () => this.tail !== mine || this.isProducerDone;
      if (this.tail === mine) return;
      if (this.words[mine % CAPACITY] === 0) mine += CAPACITY - (mine % CAPACITY);
      const length = this.words[mine % CAPACITY]!;
      assert.ok(length > 1 && length <= CAPACITY, `a record of ${length} words`);
      if (this.flaw === "gives back first") this.head = mine + length;
      for (let w = 1; w < length; w++) {
        yield;
        this.taken.push(this.words[(mine % CAPACITY) + w]!);
      }
      mine += length;
      yield;
      this.head = mine;
    }
  }
}

function exploreRing(flaw: Flaw): number {
  let schedules = 0;
  for (let start = 0; start < CAPACITY; start++) {
    for (const lengths of [
      [2, 2],
      [3, 2],
      [2, 3],
      [2, 2, 2],
    ]) {
      schedules += explore(() => new RingModel(start, lengths, flaw));
    }
  }
  return schedules;
}

describe("the ring's protocol", () => {
  test("hands over every record whole, in every order of the steps", () => {
    assert.ok(exploreRing("none") > 1000);
  });

  for (const flaw of ["publishes first", "gives back first", "takes what is in use"] as const) {
    test(`does not when a thread ${flaw}`, () => {
      assert.throws(() => exploreRing(flaw));
    });
  }
});

// ── The code, in every sequence of its operations ───────────────────────────────────────────────

const RING_WORDS = 16;
/** Bytes of payloads: with the record's two words and one of origin these take 3, 4 and 9 words. */
const LENGTHS = [0, 3, 23];
const STEPS = 8;

class RingUnderTest {
  readonly writer: MissRingWriter;
  readonly reader: MissRingReader;
  private readonly expected: number[] = [];
  private usedWords = 0;
  private sequence = 0;
  private refused = 0;
  /** The reader has given back all room, that of the last record too. */
  private isGivenBack = true;

  /** `position`: of head and tail; it wraps at 2^32. */
  constructor(position: number) {
    const buffer = new ArrayBuffer(missRingByteLength(RING_WORDS));
    const cells = new Int32Array(buffer);
    cells[0] = cells[16] = position;
    this.writer = new MissRingWriter(buffer, 1);
    this.reader = new MissRingReader(buffer, 1);
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

  test("is taken over by a new producer and a new consumer where the old ones were", () => {
    const buffer = new ArrayBuffer(missRingByteLength(64));
    const payload = Uint8Array.of(1, 2, 3);
    const push = (value: number): boolean =>
      new MissRingWriter(buffer, 1).push(payload, 0, 3, Uint32Array.of(value), 0);
    const reader = new MissRingReader(buffer, 1);
    for (let value = 1; value < 100; value++) {
      assert.ok(push(value));
      assert.ok(reader.next());
      assert.equal(reader.words[reader.originAt], value);
      assert.equal(reader.next(), false);
      assert.equal(new MissRingReader(buffer, 1).isEmpty, true);
    }
  });
});

// ── The code on two threads ─────────────────────────────────────────────────────────────────────

test("the ring between two threads keeps every record, and counts what it refuses", async () => {
  const buffer = new SharedArrayBuffer(missRingByteLength(1 << 10));
  const refused = new Int32Array(new SharedArrayBuffer(4));
  const data: ProducerData = { buffer, refused, records: 50_000 };
  const file = new URL("./miss-ring-producer.ts", import.meta.url);
  const worker = new Worker(file, { workerData: data });
  const exited = new Promise((resolve) => worker.on("exit", resolve));
  const reader = new MissRingReader(buffer, ORIGIN_WORDS);
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

function isRecord(reader: MissRingReader, sequence: number): boolean {
  const { bytes, length, offset, originAt, words } = reader;
  const payload = payloadOf(sequence);
  let isSame = length === payload.length;
  for (let w = 0; w < ORIGIN_WORDS; w++) isSame &&= words[originAt + w] === sequence;
  for (let i = 0; i < length; i++) isSame &&= bytes[offset + i] === payload[i];
  return isSame;
}
