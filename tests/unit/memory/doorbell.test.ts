// The doorbell: in every order of its steps nobody sleeps on work, and the code wakes across threads.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { awaitDoorbell, DOORBELL_BYTES, ringDoorbell } from "../../../src/memory/doorbell.ts";
import { explore, type Model, type Thread } from "./interleavings.ts";

type Flaw = "none" | "rings before it publishes" | "does not look again";

/** One who sleeps and those who ring, each with some pieces of work, as in memory/doorbell. */
class BellModel implements Model {
  readonly threads: readonly Thread[];
  private cell = 0;
  private isWaiting = false;
  private published = 0;
  private taken = 0;
  private readonly total: number;
  private readonly flaw: Flaw;

  constructor(pieces: readonly number[], flaw: Flaw) {
    this.total = pieces.reduce((sum, each) => sum + each, 0);
    this.flaw = flaw;
    this.threads = [this.sleep(), ...pieces.map((each) => this.ring(each))];
  }

  finish(): void {
    assert.equal(this.taken, this.total);
  }

  private *sleep(): Thread {
    while (this.taken < this.total) {
      yield;
      this.taken = this.published;
      if (this.taken === this.total) return;
      yield;
      this.cell = 1;
      yield;
      if (this.taken < this.published && this.flaw !== "does not look again") {
        this.cell = 0;
        continue;
      }
      yield;
      if (this.cell !== 1) continue;
      this.isWaiting = true;
      yield () => !this.isWaiting;
    }
  }

  private *ring(pieces: number): Thread {
    for (let i = 0; i < pieces; i++) {
      if (this.flaw !== "rings before it publishes") yield* this.publish();
      yield;
      const wasAsleep = this.cell === 1;
      this.cell = 0;
      if (wasAsleep) {
        yield;
        this.isWaiting = false;
      }
      if (this.flaw === "rings before it publishes") yield* this.publish();
    }
  }

  private *publish(): Thread {
    yield;
    this.published++;
  }
}

describe("the doorbell's protocol", () => {
  const explored = (flaw: Flaw): number =>
    [[1], [2], [3], [1, 1]].reduce(
      (sum, pieces) => sum + explore(() => new BellModel(pieces, flaw)),
      0,
    );

  test("leaves no work lying, in every order of the steps", () => {
    assert.ok(explored("none") > 1000);
  });

  for (const flaw of ["rings before it publishes", "does not look again"] as const) {
    test(`does when someone ${flaw}`, () => {
      assert.throws(() => explored(flaw), /wait for ever/);
    });
  }
});

describe("the doorbell", () => {
  const cell = (): Int32Array => new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES));

  // Not every event loop stays for those who wait at a doorbell alone.
  let alive: ReturnType<typeof setInterval>;
  before(() => {
    alive = setInterval(() => {}, 60_000);
  });
  after(() => clearInterval(alive));

  test("does not wait when there is work", async () => {
    const bell = cell();
    await awaitDoorbell(bell, () => true);
    assert.equal(bell[0], 0);
  });

  test("wakes when it is rung, once for any number of rings", async () => {
    const bell = cell();
    const woken = awaitDoorbell(bell, () => false);
    for (let i = 0; i < 3; i++) ringDoorbell(bell);
    await woken;
    assert.equal(bell[0], 0);
  });

  test("wakes across threads, again and again", async () => {
    const bell = cell();
    const work = new Int32Array(new SharedArrayBuffer(4));
    const pieces = 20_000;
    const file = new URL("./doorbell-ringer.ts", import.meta.url);
    const worker = new Worker(file, { workerData: { bell, work, pieces } });
    const exited = new Promise((resolve) => worker.on("exit", resolve));
    let taken = 0;
    while (taken < pieces) {
      const seen = taken;
      await awaitDoorbell(bell, () => Atomics.load(work, 0) !== seen);
      taken = Atomics.load(work, 0);
    }
    await exited;
    assert.equal(taken, pieces);
  });
});
