import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { decodeBase64Url } from "../../../src/listener/base64url.ts";

const out = new Uint8Array(300);

function decode(text: string): Uint8Array | undefined {
  const length = decodeBase64Url(text, 0, text.length, out);
  return length < 0 ? undefined : out.slice(0, length);
}

describe("base64url", () => {
  test("gives back what was encoded, from within a longer text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), (bytes, a, b) => {
        const text = Buffer.from(bytes).toString("base64url");
        const whole = a + text + b;
        const length = decodeBase64Url(whole, a.length, a.length + text.length, out);
        assert.deepEqual(out.slice(0, length), bytes);
      }),
    );
  });

  test("takes nothing else: padding, other alphabets, a character alone", () => {
    const wrong = [
      "AA==",
      "AAA=",
      "A+AA",
      "A/AA",
      "A",
      "AAAAA",
      "AA AA",
      "AA%3D",
      "AAA\u0141",
      "A\0AA",
    ];
    for (const text of wrong) assert.equal(decode(text), undefined, text);
    assert.deepEqual(decode("-_8"), Uint8Array.of(0xfb, 0xff));
  });

  test("writes no byte beyond what fits", () => {
    const small = new Uint8Array(3);
    assert.equal(decodeBase64Url("AAAA", 0, 4, small), 3);
    assert.equal(decodeBase64Url("AAAAAA", 0, 6, small), -1);
  });
});
