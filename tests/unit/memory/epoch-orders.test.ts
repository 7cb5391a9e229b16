// Epochs in every order of the steps: the code itself, one writer and one or two readers, and a block
// that is published, taken out and written again. Whatever the order, what a reader holds stays.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EpochReader, epochsByteLength, EpochWriter } from "../../../src/memory/epochs.ts";
import { type Experiment, inEveryOrder } from "./every-order.ts";

const LINE_WORDS = 1;
type Flaw =
  "none" | "looks before it enters" | "leaves too early" | "asks nobody" | "asks too early";

interface Run {
  readonly batches: readonly number[];
  readonly replacements: number;
  /** Readers that go from batch to batch without leaving. */
  readonly isBusy?: boolean;
  /** The epoch at the beginning. */
  readonly epoch?: number;
}

/** The block is two words, each its version; the reference is the version too. */
function experiment({ batches, replacements, isBusy, epoch = 1 }: Run, flaw: Flaw): Experiment {
  const epochs = new ArrayBuffer(epochsByteLength(batches.length, LINE_WORDS));
  new Int32Array(epochs)[0] = epoch;
  const reference = new ArrayBuffer(4);
  const block = new ArrayBuffer(8);
  for (const buffer of [reference, block]) new Int32Array(buffer).fill(1);

  const write = (): number => {
    const writer = new EpochWriter(epochs, LINE_WORDS);
    const references = new Int32Array(reference);
    const words = new Int32Array(block);
    let written = 1;
    for (let version = 2; version < 2 + replacements; version++) {
      if (flaw === "asks too early") writer.observe();
      Atomics.store(references, 0, 0);
      const tag = writer.tag();
      // Twice: the first look may be what makes the epoch advance.
      for (let i = 0; i < 2 && flaw !== "asks too early"; i++) writer.observe();
      if (!writer.isReusable(tag) && flaw !== "asks nobody") return written;
      words[0] = version;
      words[1] = version;
      Atomics.store(references, 0, version);
      written = version;
    }
    return written;
  };

  const read = (reader: number, count: number): number => {
    const rows = new EpochReader(epochs, reader, LINE_WORDS);
    const references = new Int32Array(reference);
    const words = new Int32Array(block);
    let found = 0;
    for (let i = 0; i < count; i++) {
      const early = flaw === "looks before it enters" ? Atomics.load(references, 0) : 0;
      rows.enter();
      const version = flaw === "looks before it enters" ? early : Atomics.load(references, 0);
      if (flaw === "leaves too early") rows.leave();
      if (version !== 0) {
        found++;
        assert.deepEqual([words[0], words[1]], [version, version], "written under its reader");
      }
      if (!isBusy) rows.leave();
    }
    rows.leave();
    return found;
  };

  return {
    buffers: [epochs, reference, block],
    threads: [write, ...batches.map((count, reader) => () => read(reader, count))],
  };
}

const RUNS: readonly Run[] = [
  { batches: [2], replacements: 3 },
  { batches: [3], replacements: 2, isBusy: true },
  { batches: [1, 1], replacements: 2 },
  { batches: [2, 1], replacements: 1, isBusy: true },
  { batches: [2], replacements: 2, isBusy: true, epoch: 0x7fffffff },
  { batches: [2], replacements: 2, isBusy: true, epoch: -1 },
];

describe("epochs in every order of their steps", () => {
  for (const run of RUNS) {
    test(`keep what a reader holds: ${JSON.stringify(run)}`, () => {
      let [replaced, found] = [0, 0];
      const states = inEveryOrder({
        ...experiment(run, "none"),
        finish: ([written, ...founds]) => {
          replaced = Math.max(replaced, (written as number) - 1);
          found = Math.max(found, ...(founds as number[]));
        },
      });
      assert.ok(states > 100, `only ${states} states`);
      assert.equal(replaced, run.replacements, "the writer never gets on");
      assert.equal(found, Math.max(...run.batches), "no reader finds anything");
    });
  }

  const flaws: Flaw[] = [
    "looks before it enters",
    "leaves too early",
    "asks nobody",
    "asks too early",
  ];
  for (const flaw of flaws) {
    test(`do not when someone ${flaw}`, () => {
      const explored = (): void => {
        for (const run of RUNS) inEveryOrder(experiment(run, flaw));
      };
      assert.throws(explored, /a race|written under its reader/);
    });
  }

  test("would not without Atomics", () => {
    const run = experiment(RUNS[0]!, "none");
    assert.throws(() => inEveryOrder({ ...run, withoutAtomics: true }), /a race/);
  });
});

describe("a thread that dies in a batch", () => {
  /** The keeper lets go for it, then starts another in the same row. */
  function experimentWithDeath(waitsForExit: boolean): Experiment {
    const epochs = new ArrayBuffer(epochsByteLength(1, LINE_WORDS));
    new Int32Array(epochs)[0] = 1;
    const [reference, exited, block] = [4, 4, 4].map((bytes) => new ArrayBuffer(bytes));
    for (const buffer of [reference!, block!]) new Int32Array(buffer).fill(1);

    const readIn = (rows: EpochReader): number => {
      rows.enter();
      const version = Atomics.load(new Int32Array(reference!), 0);
      if (version === 0) return 0;
      assert.equal(new Int32Array(block!)[0], version, "written under its reader");
      return version;
    };
    const dying = (): void => {
      readIn(new EpochReader(epochs, 0, LINE_WORDS));
      Atomics.store(new Int32Array(exited!), 0, 1);
    };
    const heir = (): number => {
      if (Atomics.load(new Int32Array(exited!), 0) !== 2) return -1;
      const rows = new EpochReader(epochs, 0, LINE_WORDS);
      const version = readIn(rows);
      rows.leave();
      return version;
    };
    const main = (): boolean => {
      const writer = new EpochWriter(epochs, LINE_WORDS);
      const isOver = Atomics.load(new Int32Array(exited!), 0) === 1;
      if (isOver || !waitsForExit) {
        new EpochReader(epochs, 0, LINE_WORDS).leave();
        Atomics.store(new Int32Array(exited!), 0, 2);
      }
      Atomics.store(new Int32Array(reference!), 0, 0);
      const tag = writer.tag();
      writer.observe();
      if (!writer.isReusable(tag)) return false;
      new Int32Array(block!)[0] = 2;
      Atomics.store(new Int32Array(reference!), 0, 2);
      return isOver;
    };
    return { buffers: [epochs, reference!, exited!, block!], threads: [dying, main, heir] };
  }

  test("holds nothing up and is followed by another in its row", () => {
    const versions = new Set<unknown>();
    let replacedAfterDeath = 0;
    inEveryOrder({
      ...experimentWithDeath(true),
      finish: ([, isReplaced, version]) => {
        if (isReplaced === true) replacedAfterDeath++;
        versions.add(version);
      },
    });
    assert.ok(replacedAfterDeath > 0);
    assert.deepEqual([...versions].toSorted(), [-1, 0, 1, 2]);
  });

  test("must be over before somebody lets go for it", () => {
    assert.throws(() => inEveryOrder(experimentWithDeath(false)), /a race|under its reader/);
  });
});
