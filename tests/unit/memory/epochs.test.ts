// Epochs, row by row: what a reader may still see is not reused; what none can see is.
// epoch-orders.test.ts has every order of their steps.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EpochReader, EpochWriter, epochsByteLength } from "../../../src/memory/epochs.ts";

class Bench {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(epochsByteLength(3));
  readonly writer: EpochWriter = new EpochWriter(this.buffer);
  readonly readers: EpochReader[] = [0, 1, 2].map((i) => new EpochReader(this.buffer, i));

  isReusable(tag: number): boolean {
    this.writer.observe();
    return this.writer.isReusable(tag);
  }

  /** As if the epoch had advanced that far. */
  setEpoch(epoch: number): void {
    new Int32Array(this.buffer)[0] = epoch;
  }
}

describe("epochs", () => {
  test("with no reader in a batch everything is reusable at once", () => {
    const bench = new Bench();
    assert.ok(bench.isReusable(bench.writer.tag()));
    bench.readers[1]!.enter();
    bench.readers[1]!.leave();
    assert.ok(bench.isReusable(bench.writer.tag()));
  });

  test("a reader that was in a batch holds what is retired, until it enters again", () => {
    const bench = new Bench();
    bench.readers[0]!.enter();
    const tag = bench.writer.tag();
    assert.ok(!bench.isReusable(tag));
    assert.ok(!bench.isReusable(tag));
    bench.readers[0]!.enter();
    assert.ok(bench.isReusable(tag));
  });

  test("leaving lets go as well", () => {
    const bench = new Bench();
    bench.readers[2]!.enter();
    const tag = bench.writer.tag();
    assert.ok(!bench.isReusable(tag));
    bench.readers[2]!.leave();
    assert.ok(bench.isReusable(tag));
  });

  test("every reader counts: the slowest decides", () => {
    const bench = new Bench();
    for (const reader of bench.readers) reader.enter();
    const tag = bench.writer.tag();
    assert.ok(!bench.isReusable(tag));
    bench.readers[0]!.enter();
    bench.readers[1]!.enter();
    assert.ok(!bench.isReusable(tag));
    bench.readers[2]!.enter();
    assert.ok(bench.isReusable(tag));
  });

  test("other readers that go from batch to batch do not let go for the one that stays", () => {
    const bench = new Bench();
    bench.readers[0]!.enter();
    const tag = bench.writer.tag();
    for (let i = 0; i < 3; i++) {
      assert.ok(!bench.isReusable(tag));
      bench.readers[1]!.enter();
    }
    bench.readers[0]!.leave();
    assert.ok(bench.isReusable(tag));
  });

  test("a reader that enters after the retirement but in the same epoch holds it too", () => {
    const bench = new Bench();
    const tag = bench.writer.tag();
    bench.readers[0]!.enter();
    assert.ok(!bench.isReusable(tag), "nothing shows which of the two came first");
    bench.readers[0]!.enter();
    assert.ok(bench.isReusable(tag));
  });

  test("a stalled reader stops the epoch; what was retired before it entered is reusable", () => {
    const bench = new Bench();
    bench.readers[0]!.enter();
    const before = bench.writer.tag();
    bench.writer.observe();
    bench.readers[1]!.enter();
    bench.readers[0]!.leave();
    const after = bench.writer.tag();
    assert.ok(after > before);
    for (let i = 0; i < 10; i++) bench.writer.observe();
    assert.equal(bench.writer.tag(), after + 1);
    assert.ok(bench.isReusable(before));
    assert.ok(!bench.isReusable(after));
  });

  for (const start of [0x7ffffffe, 0x7fffffff, -2]) {
    test(`the epoch may wrap (from ${start})`, () => {
      const bench = new Bench();
      bench.setEpoch(start);
      const tags: number[] = [];
      for (let i = 0; i < 5; i++) {
        bench.readers[0]!.enter();
        tags.push(bench.writer.tag());
        assert.notEqual(bench.writer.tag(), 0, "0 is for readers that hold nothing");
        assert.ok(!bench.isReusable(tags[i]!));
        if (i > 0) assert.ok(bench.isReusable(tags[i - 1]!), `${tags[i - 1]} at ${tags[i]}`);
      }
      assert.equal(new Set(tags).size, 5);
    });
  }

  test("a writer over memory in use goes on from its epoch", () => {
    const bench = new Bench();
    bench.setEpoch(41);
    assert.equal(new EpochWriter(bench.buffer).tag(), 41);
  });
});
