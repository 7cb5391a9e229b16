// Writing a stored response of 60 bytes to its block, and comparing a block with a key.

import assert from "node:assert/strict";
import { hasKey, StoredBuffer } from "../../../src/cache/stored-response.ts";
import type { HotCase } from "../hot-case.ts";
import { SmallResponses } from "./small-responses.ts";

export const title = "cache: a stored response of 60 bytes";

export function cases(): readonly HotCase[] {
  const responses = new SmallResponses();
  const buffer = new StoredBuffer();
  responses.set(7);
  buffer.write(responses.fields);
  assert.ok(hasKey(buffer.words, 0, responses.key));
  return [
    {
      name: "write",
      run: () => {
        buffer.write(responses.fields);
        return buffer.words[5];
      },
    },
    { name: "compare with the key", run: () => hasKey(buffer.words, 0, responses.key) },
  ];
}
