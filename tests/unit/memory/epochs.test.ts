// Epochs: in every order of the steps of writer and readers, what a reader holds is not written again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EpochReader, epochsByteLength, EpochWriter } from "../../../src/memory/epochs.ts";
import { explore, type Model, type Thread } from "./interleavings.ts";

type Flaw = "none" | "looks before it enters" | "asks nobody";

/** One block, published by its version; its writer replaces it in place when epochs allow it. */
class EpochModel implements Model {
  readonly threads: readonly Thread[];
  private global = 1;
  private readonly rows: number[];
  private reference = 1;
  private content = 1;
  private readonly flaw: Flaw;

  constructor(batches: readonly number[], replacements: number, flaw: Flaw) {
    this.rows = batches.map(() => 0);
    this.flaw = flaw;
    this.threads = [this.write(replacements), ...batches.map((count, r) => this.read(r, count))];
  }

  finish(): void {
    assert.ok(this.reference === 0 || this.reference === this.content);
  }

  private *write(replacements: number): Thread {
    for (let version = 2; version < 2 + replacements; version++) {
      yield;
      this.reference = 0;
      const tag = this.global;
      // Twice: the first look may be what makes the epoch advance.
      const isReusable = (yield* this.observe(tag)) || (yield* this.observe(tag));
      if (!isReusable) return;
      yield;
      this.content = version;
      yield;
      this.reference = version;
    }
  }

  private *observe(tag: number): Generator<undefined, boolean, void> {
    let oldest = 0;
    for (let r = 0; r < this.rows.length; r++) {
      yield;
      const epoch = this.rows[r]!;
      if (epoch !== 0 && (oldest === 0 || epoch < oldest)) oldest = epoch;
    }
    if (oldest === this.global) {
      yield;
      this.global++;
    }
    return oldest === 0 || oldest > tag || this.flaw === "asks nobody";
  }

  private *read(r: number, batches: number): Thread {
    for (let i = 0; i < batches; i++) {
      yield;
      const early = this.reference;
      const epoch = this.global;
      yield;
      this.rows[r] = epoch;
      yield;
      const version = this.flaw === "looks before it enters" ? early : this.reference;
      if (version !== 0) {
        yield;
        assert.equal(this.content, version, "a block was written again under its reader");
      }
      yield;
      this.rows[r] = 0;
    }
  }
}

describe("the epochs' protocol", () => {
  const explored = (flaw: Flaw): number =>
    explore(() => new EpochModel([2], 2, flaw)) + explore(() => new EpochModel([1, 1], 1, flaw));

  test("keeps what a reader holds, in every order of the steps", () => {
    assert.ok(explored("none") > 10_000);
  });

  for (const flaw of ["looks before it enters", "asks nobody"] as const) {
    test(`does not when someone ${flaw}`, () => {
      assert.throws(() => explored(flaw), /written again under its reader/);
    });
  }
});

describe("epochs", () => {
  function setUp(): { writer: EpochWriter; readers: EpochReader[] } {
    const buffer = new ArrayBuffer(epochsByteLength(2));
    const writer = new EpochWriter(buffer);
    return { writer, readers: [new EpochReader(buffer, 0), new EpochReader(buffer, 1)] };
  }

  test("a block is reusable when nobody reads", () => {
    const { writer } = setUp();
    const tag = writer.tag();
    writer.observe();
    assert.ok(writer.isReusable(tag));
  });

  test("a block waits for the reader that was there, and for no other", () => {
    const { writer, readers } = setUp();
    readers[0]!.enter();
    const tag = writer.tag();
    for (let i = 0; i < 3; i++) {
      writer.observe();
      assert.equal(writer.isReusable(tag), false);
      readers[1]!.enter();
    }
    readers[0]!.leave();
    writer.observe();
    assert.ok(writer.isReusable(tag));
  });

  test("a reader that goes from batch to batch without a pause holds nothing up", () => {
    const { writer, readers } = setUp();
    readers[0]!.enter();
    const tag = writer.tag();
    writer.observe();
    readers[0]!.enter();
    writer.observe();
    assert.ok(writer.isReusable(tag));
  });

  test("goes on when the epoch wraps", () => {
    const buffer = new ArrayBuffer(epochsByteLength(1));
    new Int32Array(buffer)[0] = 0x7fffffff;
    const writer = new EpochWriter(buffer);
    const reader = new EpochReader(buffer, 0);
    for (let i = 0; i < 5; i++) {
      reader.enter();
      const tag = writer.tag();
      writer.observe();
      assert.equal(writer.isReusable(tag), false);
      reader.enter();
      writer.observe();
      assert.ok(writer.isReusable(tag));
    }
  });
});
