// Size classes: every length has the smallest class that holds it, and little is wasted.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CLASS_BLOCKS,
  CLASS_BYTES,
  PAGE_BYTES,
  sizeClassOf,
} from "../../../src/cache/size-classes.ts";

describe("size classes", () => {
  test("are multiples of 16 bytes, growing, up to a page", () => {
    CLASS_BYTES.forEach((bytes, i) => {
      assert.equal(bytes % 16, 0);
      if (i > 0) assert.ok(bytes > CLASS_BYTES[i - 1]!);
    });
    assert.equal(CLASS_BYTES[0], 64);
    assert.equal(CLASS_BYTES.at(-1), PAGE_BYTES);
  });

  test("each length has the smallest that holds it; longer than a page has none", () => {
    for (let length = 1; length <= PAGE_BYTES; length++) {
      const expected = CLASS_BYTES.findIndex((bytes) => bytes >= length);
      if (sizeClassOf(length) !== expected) assert.equal(sizeClassOf(length), expected);
    }
    assert.equal(sizeClassOf(PAGE_BYTES + 1), -1);
    assert.equal(sizeClassOf(200_000), -1);
  });

  test("a page is filled but for 2.5 %", () => {
    CLASS_BYTES.forEach((bytes, i) => {
      assert.equal(CLASS_BLOCKS[i], Math.floor(PAGE_BYTES / bytes));
      assert.ok(PAGE_BYTES - CLASS_BLOCKS[i]! * bytes < PAGE_BYTES / 40, `class of ${bytes} bytes`);
    });
  });

  test("from one class to the next it is at most 16 bytes or a quarter, up to 4 KiB", () => {
    for (let i = 1; CLASS_BYTES[i]! <= 4096; i++) {
      const step = CLASS_BYTES[i]! - CLASS_BYTES[i - 1]!;
      assert.ok(
        step <= Math.max(16, CLASS_BYTES[i - 1]! / 3.9),
        `class of ${CLASS_BYTES[i]} bytes`,
      );
    }
  });
});
