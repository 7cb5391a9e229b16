// Making the key of a query: lower case, padding and hash.

import assert from "node:assert/strict";
import { bench, do_not_optimize, group } from "mitata";
import { halfSipHash13 } from "../../../src/cache/half-sip-hash.ts";
import { SmallResponses } from "./small-responses.ts";

export function register(): void {
  const responses = new SmallResponses();
  const { key } = responses;
  responses.set(1);
  const hash = halfSipHash13(key.words, key.wordCount, 0x9e3779b9, 0x7f4a7c15);
  assert.equal(key.hash, hash);
  assert.equal(key.wordCount, 8);
  group("cache: the key of a name of 21 bytes", () => {
    bench("set, with the hash", () => {
      responses.setKey(1);
      do_not_optimize(key.hash);
    });
    bench("the hash alone, 8 words", () => {
      do_not_optimize(halfSipHash13(key.words, key.wordCount, 1, 2));
    });
  });
}
