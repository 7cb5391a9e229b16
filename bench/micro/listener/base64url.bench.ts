// Decoding the query of a DoH request by GET.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decodeBase64Url } from "../../../src/listener/base64url.ts";
import type { HotCase } from "../hot-case.ts";

const LENGTH = 44;

export const title = "listener: decode base64url";

export function cases(): readonly HotCase[] {
  const query = Uint8Array.from({ length: LENGTH }, (_, i) => (i * 37) & 255);
  const text = Buffer.from(query).toString("base64url");
  const out = new Uint8Array(512);
  const run = (): number => decodeBase64Url(text, 0, text.length, out);
  assert.equal(run(), LENGTH);
  assert.deepEqual(out.slice(0, LENGTH), query);
  return [{ name: `${LENGTH} bytes`, run }];
}
