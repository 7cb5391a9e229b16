// The cache's key: words, lower case, padding and hash, against a plain way to make them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { halfSipHash13 } from "../../../src/cache/half-sip-hash.ts";
import { Random } from "../wire/random.ts";
import { SECRET } from "./responses.ts";

/** Byte by byte; only A to Z change. */
function lowerCase(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
}

function plainKey(qname: Uint8Array, qtype: number, qclass: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(8 + 4 * Math.ceil(qname.length / 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, qtype * 0x10000 + qclass, true);
  view.setUint32(4, qname.length * 0x1000000 + flags, true);
  bytes.set(lowerCase(qname), 8);
  return bytes;
}

/** Labels of any bytes, not only of letters. */
function randomName(random: Random, length: number): Uint8Array {
  const bytes = Uint8Array.from({ length }, () => random.below(256));
  bytes[length - 1] = 0;
  for (let at = 0; at < length - 1;) {
    const labelLength = Math.min(1 + random.below(63), length - 2 - at);
    bytes[at] = labelLength;
    at += labelLength + 1;
  }
  return bytes;
}

describe("CacheKey", () => {
  test("of every length, at every alignment, equals the plain one", () => {
    const seed = 7;
    const random = new Random(seed);
    const key = new CacheKey(SECRET);
    for (let length = 1; length <= 255; length++) {
      const qname = randomName(random, length === 2 ? 3 : length);
      const offset = random.below(9);
      const message = new Uint8Array(offset + qname.length + 3).fill(0x5a);
      message.set(qname, offset);
      const qtype = random.below(0x10000);
      const qclass = random.below(0x10000);
      const flags = random.below(0x1000000);
      key.set(message, offset, qname.length, qtype, qclass, flags);
      const expected = plainKey(qname, qtype, qclass, flags);
      const found = key.bytes.slice(0, 4 * key.wordCount);
      assert.deepEqual(found, expected, `seed ${seed}, length ${length}`);
      const hash = halfSipHash13(key.words, key.wordCount, SECRET[0]!, SECRET[1]!);
      assert.equal(key.hash, hash === 0 ? 1 : hash);
    }
  });

  test("every byte: letters to lower case, all others as they are", () => {
    const key = new CacheKey(SECRET);
    for (let byte = 0; byte < 256; byte++) {
      for (let place = 1; place <= 4; place++) {
        const qname = Uint8Array.of(5, 0xff, 0xff, 0xff, 0xff, 0xff, 0);
        qname[place] = byte;
        key.set(qname, 0, 7, 1, 1, 0);
        assert.deepEqual(key.bytes.slice(8, 15), lowerCase(qname), `byte ${byte} at ${place}`);
      }
    }
  });

  test("the same name in another case has the same key; another secret another hash", () => {
    const upper = new CacheKey(SECRET);
    const lower = new CacheKey(SECRET);
    const other = new CacheKey(Uint32Array.of(1, 2));
    upper.set(Uint8Array.of(3, 0x57, 0x57, 0x57, 0), 0, 5, 1, 1, 0);
    lower.set(Uint8Array.of(3, 0x77, 0x77, 0x77, 0), 0, 5, 1, 1, 0);
    other.set(Uint8Array.of(3, 0x77, 0x77, 0x77, 0), 0, 5, 1, 1, 0);
    assert.equal(upper.hash, lower.hash);
    assert.deepEqual(upper.words, lower.words);
    assert.notEqual(other.hash, lower.hash);
  });

  test("a shorter name after a longer one leaves nothing of it", () => {
    const key = new CacheKey(SECRET);
    const fresh = new CacheKey(SECRET);
    key.set(new Uint8Array(255).fill(0x61), 0, 255, 1, 1, 0);
    key.set(Uint8Array.of(2, 0x61, 0x62, 0), 0, 4, 28, 1, 3);
    fresh.set(Uint8Array.of(2, 0x61, 0x62, 0), 0, 4, 28, 1, 3);
    assert.equal(key.wordCount, 3);
    assert.equal(key.hash, fresh.hash);
    assert.deepEqual(key.words.slice(0, 3), fresh.words.slice(0, 3));
  });
});
