// Epochs: which blocks wait for which readers. epoch-orders.test.ts has every order of their steps.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EpochReader, epochsByteLength, EpochWriter } from "../../../src/memory/epochs.ts";

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
