// HalfSipHash-1-3 against the reference's vectors for the key 00 01 … 07 and the inputs 00, 00 01,
// 00 01 02 …, of which those of whole words are here.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { halfSipHash13 } from "../../../src/cache/half-sip-hash.ts";

/** By the input's length in words. */
const VECTORS = [
  0x5814c896, 0x7e059ea6, 0x577999b1, 0x6b28096c, 0x8b31d501, 0x911bb605, 0x57150ad7, 0x0a4100d0,
  0xbc6dda8d, 0x7c46fb7f, 0x05327eb2, 0x11795ab1, 0x007783eb, 0xc368dda6, 0x53ecd77e, 0x88b4c4cc,
];

describe("HalfSipHash-1-3", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);
  const words = new Uint32Array(bytes.buffer);

  VECTORS.forEach((expected, wordCount) => {
    test(`of ${4 * wordCount} bytes`, () => {
      const hash = halfSipHash13(words, wordCount, 0x03020100, 0x07060504);
      assert.equal(hash >>> 0, expected);
      assert.equal(hash, hash | 0, "an int32");
    });
  });

  test("depends on both words of the key", () => {
    const hashes = [
      halfSipHash13(words, 5, 0x03020100, 0x07060504),
      halfSipHash13(words, 5, 0x03020101, 0x07060504),
      halfSipHash13(words, 5, 0x03020100, 0x07060505),
    ];
    assert.equal(new Set(hashes).size, 3);
  });
});
