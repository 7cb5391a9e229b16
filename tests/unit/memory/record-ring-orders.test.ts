// The ring in every order of the steps of its two threads: the code itself, on a ring so small that
// records meet its end and are refused. Every record that was taken comes out whole and in order.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  RecordRingReader,
  RecordRingWriter,
  recordRingByteLength,
} from "../../../src/memory/record-ring.ts";
import { type Experiment, inEveryOrder } from "./every-order.ts";

const LINE_WORDS = 1;
const CAPACITY_WORDS = 8;
const ORIGIN_WORDS = 1;
type Flaw = "none" | "takes what is in use" | "gives back too early";

interface Run {
  /** Of head and tail; it wraps at 2^32. */
  readonly position: number;
  /** Of each payload, in bytes; a record has three words more. */
  readonly lengths: readonly number[];
  /** How often the consumer looks. */
  readonly looks: number;
}

/** What a record is known by: its length and its number. */
const markOf = (length: number, sequence: number): number => 100 * length + sequence;

function experiment({ lengths, looks, position }: Run, flaw: Flaw): Experiment {
  const ring = new ArrayBuffer(recordRingByteLength(CAPACITY_WORDS, LINE_WORDS));
  // What is left of records of former rounds.
  new Int32Array(ring).fill(5);
  new Int32Array(ring).fill(position, 0, 2);

  const produce = (): number[] => {
    const writer = new RecordRingWriter(ring, ORIGIN_WORDS, LINE_WORDS);
    if (flaw === "takes what is in use") Object.assign(writer, { hasRoom: () => true });
    return lengths.flatMap((length, sequence) => {
      const payload = new Uint8Array(length).fill(sequence);
      const isTaken = writer.push(payload, 0, length, Uint32Array.of(sequence), 0);
      return isTaken ? [markOf(length, sequence)] : [];
    });
  };

  const consume = (): number[] =>
    takeAll(new RecordRingReader(ring, ORIGIN_WORDS, LINE_WORDS), looks);

  const takeAll = (reader: RecordRingReader, count: number): number[] => {
    const taken: number[] = [];
    let last: number[] = [];
    for (let i = 0; i < count; i++) {
      if (!reader.next()) continue;
      const places = [reader.originAt, reader.offset, reader.length];
      if (flaw === "gives back too early") {
        if (last.length > 0) taken.push(markAt(reader, last));
        last = places;
      } else {
        taken.push(markAt(reader, places));
      }
    }
    return taken;
  };

  return {
    buffers: [ring],
    threads: [produce, consume],
    finish: ([pushed, taken]) => {
      if (flaw !== "none") return;
      const rest = takeAll(
        new RecordRingReader(ring, ORIGIN_WORDS, LINE_WORDS),
        lengths.length + 1,
      );
      const all = [...(taken as number[])];
      // A new consumer begins where room was given back: the last record comes once more.
      if (rest[0] === all.at(-1)) rest.shift();
      assert.deepEqual([...all, ...rest], pushed);
    },
  };
}

function markAt({ bytes, words }: RecordRingReader, [originAt, offset, length]: number[]): number {
  const sequence = words[originAt!]!;
  for (let i = 0; i < length!; i++) assert.equal(bytes[offset! + i], sequence, "torn");
  return markOf(length!, sequence);
}

const RUNS: Run[] = [0, 3, 6, 0x7ffffffe, 0xfffffffb].flatMap((position) => [
  { position, lengths: [1, 0, 4], looks: 4 },
  { position, lengths: [4, 4, 1], looks: 3 },
  { position, lengths: [0, 0, 0, 0], looks: 4 },
]);

describe("the ring in every order of its steps", () => {
  for (const run of RUNS) {
    test(`hands over every record whole: ${JSON.stringify(run)}`, () => {
      const outcomes = new Set<string>();
      const { finish, ...threads } = experiment(run, "none");
      const states = inEveryOrder({
        ...threads,
        finish: (returned) => {
          finish!(returned);
          outcomes.add(JSON.stringify(returned));
        },
      });
      assert.ok(states > 30, `only ${states} states`);
      assert.ok(outcomes.size > 3, `only ${[...outcomes].join(" ")}`);
    });
  }

  for (const flaw of ["takes what is in use", "gives back too early"] as const) {
    test(`does not when a thread ${flaw}`, () => {
      const explored = (): void => {
        for (const run of RUNS) inEveryOrder(experiment(run, flaw));
      };
      assert.throws(explored, /a race|torn/);
    });
  }

  test("would not without Atomics", () => {
    const run = experiment(RUNS[0]!, "none");
    assert.throws(() => inEveryOrder({ ...run, withoutAtomics: true }), /a race/);
  });
});
