// Words that threads write may lie side by side, where it is to be measured what that costs: all then
// works the same, in less memory.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EpochReader, EpochWriter, epochsByteLength } from "../../../src/memory/epochs.ts";
import {
  RecordRingReader,
  recordRingByteLength,
  RecordRingWriter,
} from "../../../src/memory/record-ring.ts";

const PACKED = 1;

describe("packed rows of epochs", () => {
  test("take a word each", () => {
    assert.equal(epochsByteLength(3, PACKED), 16);
    assert.equal(epochsByteLength(3), 16 * 16);
  });

  test("hold reuse back as long as any reader does", () => {
    const buffer = new ArrayBuffer(epochsByteLength(3, PACKED));
    const writer = new EpochWriter(buffer, PACKED);
    const readers = [0, 1, 2].map((reader) => new EpochReader(buffer, reader, PACKED));
    for (const reader of readers) {
      reader.enter();
      const tag = writer.tag();
      writer.observe();
      assert.equal(writer.isReusable(tag), false);
      reader.leave();
      writer.observe();
      assert.equal(writer.isReusable(tag), true);
    }
  });
});

describe("a packed ring", () => {
  test("brings records in order, round and round, and counts what it refuses", () => {
    const capacityWords = 32;
    const buffer = new ArrayBuffer(recordRingByteLength(capacityWords, PACKED));
    assert.equal(buffer.byteLength, 4 * (3 + capacityWords));
    const writer = new RecordRingWriter(buffer, 1, PACKED);
    const reader = new RecordRingReader(buffer, 1, PACKED);
    for (let i = 0; i < 100; i++) {
      const payload = Uint8Array.of(i, i + 1, i + 2);
      assert.ok(writer.push(payload, 0, 3, Uint32Array.of(1000 + i), 0));
      assert.ok(reader.next());
      assert.equal(reader.words[reader.originAt], 1000 + i);
      const { bytes, length, offset } = reader;
      assert.deepEqual([...bytes.slice(offset, offset + length)], [i, i + 1, i + 2]);
      assert.equal(reader.next(), false);
    }
    const payload = new Uint8Array(40);
    while (writer.push(payload, 0, 40, Uint32Array.of(0), 0));
    assert.equal(reader.refused, 1);
    assert.equal(reader.isEmpty, false);
  });
});
