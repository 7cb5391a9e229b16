// Making the key of a query: lower case, padding and hash.

import assert from "node:assert/strict";
import { halfSipHash13 } from "../../../src/cache/half-sip-hash.ts";
import type { HotCase } from "../hot-case.ts";
import { SmallResponses } from "./small-responses.ts";

export const title = "cache: the key of a name of 21 bytes";

export function cases(): readonly HotCase[] {
  const responses = new SmallResponses();
  const { key } = responses;
  responses.set(1);
  const hash = halfSipHash13(key.words, key.wordCount, 0x9e3779b9, 0x7f4a7c15);
  assert.equal(key.hash, hash);
  assert.equal(key.wordCount, 8);
  return [
    {
      name: "set, with the hash",
      run: () => {
        responses.setKey(1);
        return key.hash;
      },
    },
    {
      name: "the hash alone, 8 words",
      run: () => halfSipHash13(key.words, key.wordCount, 1, 2),
    },
  ];
}
