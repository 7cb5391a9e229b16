// The layout of the stored response, word by word, and the buffer for one outside the cache.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  edeCode,
  entryOf,
  hasKey,
  NO_ENTRY,
  responseByteOffset,
  STORED_FLAG,
  StoredBuffer,
  storedByteLength,
  type StoredFields,
  writeStored,
} from "../../../src/cache/stored-response.ts";
import { Random } from "../wire/random.ts";
import { assertStored, fieldsOf, keyOf, qnameOf, randomFields } from "./responses.ts";

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("writeStored", () => {
  const qname = Uint8Array.of(1, 0x61, 0);
  const key = keyOf(qname, 28, 0x1203);
  const fields: StoredFields = {
    ...fieldsOf(key, 21, 0xee),
    storedAtSeconds: 0x01020304,
    lifetimeSeconds: 300,
    ttlOffsets: Uint16Array.of(0x1122, 0x3344, 0x5566),
    ttlCount: 3,
    flags: 3 | STORED_FLAG.NEGATIVE | STORED_FLAG.AUTHENTIC,
    edeCode: 22,
    edeText: ascii("abcde"),
    edeTextLength: 5,
  };

  test("lays the words out as the architecture says", () => {
    const words = new Uint32Array(24).fill(0xffffffff);
    const bytes = new Uint8Array(words.buffer);
    assert.equal(storedByteLength(fields), 4 * 18);
    writeStored(words, bytes, 2, 0x77, fields);
    assert.deepEqual(Array.from(words.subarray(0, 12)), [
      0xffffffff,
      0xffffffff,
      0x77,
      (28 << 16) | 1,
      (3 << 24) | 0x1203,
      0x01020304,
      300,
      (21 << 16) | 3,
      0x5003,
      (23 << 16) | 5,
      0x33441122,
      0x5566,
    ]);
    const response = responseByteOffset(words, 2);
    assert.equal(response, 4 * 12);
    assert.deepEqual(bytes.slice(response, response + 21), fields.response);
    assert.deepEqual([...bytes.subarray(response + 21, response + 24)], [0, 0, 0]);
    assert.deepEqual(bytes.slice(72, 80), Uint8Array.of(...ascii("abcde"), 0, 0, 0));
    assert.equal(words[20], 0xffffffff, "nothing behind the block");
  });

  test("no extended error is not INFO-CODE 0", () => {
    const words = new Uint32Array(64);
    const bytes = new Uint8Array(words.buffer);
    const none = { ...fields, edeCode: -1, edeText: ascii(""), edeTextLength: 0 };
    writeStored(words, bytes, 0, 0, none);
    assert.equal(edeCode(words, 0), -1);
    writeStored(words, bytes, 0, 0, { ...none, edeCode: 0 });
    assert.equal(edeCode(words, 0), 0);
  });

  test("is read back whole, whatever the fields are", () => {
    const seed = 11;
    const random = new Random(seed);
    const words = new Uint32Array(40_000);
    const bytes = new Uint8Array(words.buffer);
    for (let i = 0; i < 500; i++) {
      const made = randomFields(keyOf(qnameOf(i)), random, i < 480 ? 600 : 65_536);
      const block = random.below(100);
      writeStored(words, bytes, block, i, made);
      assertStored(words, bytes, block, made, `seed ${seed}, ${i}`);
      assert.equal(entryOf(words, block), i);
    }
  });
});

describe("hasKey", () => {
  const words = new Uint32Array(200);
  const bytes = new Uint8Array(words.buffer);

  test("knows the key and no other, for names of every length", () => {
    for (let padding = 0; padding <= 60; padding++) {
      const qname = qnameOf(1, padding);
      const fields = fieldsOf(keyOf(qname, 1, 2), 120, 0xff);
      writeStored(words, bytes, 3, 0, fields);
      assert.ok(hasKey(words, 3, keyOf(qname, 1, 2)), `padding ${padding}`);
      assert.ok(!hasKey(words, 3, keyOf(qname, 2, 2)), "qtype");
      assert.ok(!hasKey(words, 3, keyOf(qname, 1, 3)), "flags");
      for (let at = 0; at < qname.length; at++) {
        const other = qname.slice();
        other[at]! ^= 1;
        assert.ok(!hasKey(words, 3, keyOf(other, 1, 2)), `byte ${at} of ${qname.length}`);
      }
    }
  });

  test("what follows the name in the block does not count", () => {
    const root = Uint8Array.of(0);
    writeStored(words, bytes, 0, 0, fieldsOf(keyOf(root), 40, 0xff));
    assert.ok(hasKey(words, 0, keyOf(root)));
    assert.ok(!hasKey(words, 0, keyOf(Uint8Array.of(1, 0x61, 0))));
  });
});

describe("StoredBuffer", () => {
  test("takes small and large responses at block 0, owned by no entry", () => {
    const buffer = new StoredBuffer();
    const key = keyOf(qnameOf(5));
    for (const length of [60, 65_535, 60, 5000]) {
      const fields = fieldsOf(key, length, length & 255);
      buffer.write(fields);
      assertStored(buffer.words, buffer.bytes, 0, fields, `length ${length}`);
      assert.equal(buffer.words.buffer, buffer.bytes.buffer);
      assert.equal(entryOf(buffer.words, 0), NO_ENTRY);
    }
    assert.equal(buffer.bytes.length, 128 * 1024);
  });

  test("holds the most that one message can ask for within 128 KiB", () => {
    const buffer = new StoredBuffer();
    const ttls = Uint16Array.from({ length: 5957 }, (_, i) => 17 + 11 * i);
    const text = new Uint8Array(40_000).fill(0x74);
    const fields: StoredFields = {
      ...fieldsOf(keyOf(Uint8Array.of(0)), 65_535),
      ttlOffsets: ttls,
      ttlCount: ttls.length,
      edeCode: 0,
      edeText: text,
      edeTextLength: text.length,
    };
    buffer.write(fields);
    assertStored(buffer.words, buffer.bytes, 0, fields, "the most");
    assert.equal(buffer.bytes.length, 128 * 1024);
  });
});
