import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { WordBuffer } from "../../../src/memory/word-buffer.ts";
import { AnswerContext } from "../../../src/resolver/answer-context.ts";
import { COOKIE_LENGTH, ServerCookies } from "../../../src/resolver/server-cookies.ts";
import { sipHash24 } from "../../../src/resolver/sip-hash.ts";

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16));
const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

describe("SipHash-2-4", () => {
  // The reference vectors: key 00…0f, message 00, 01, … of the given length.
  const vectors: [number, string][] = [
    [0, "310e0edd47db6f72"],
    [1, "fd67dc93c539f874"],
    [7, "37d1018bf50002ab"],
    [8, "6224939a79f5f593"],
    [15, "e545be4961ca29a1"],
    [63, "724506eb4c328a95"],
  ];
  for (const [length, expected] of vectors) {
    test(`a message of ${length} bytes`, () => {
      const key = Uint8Array.from({ length: 16 }, (_, i) => i);
      const message = Uint8Array.from({ length: 64 }, (_, i) => i);
      const out = new Uint8Array(8);
      sipHash24(key, message, length, out, 0);
      assert.equal(toHex(out), expected);
    });
  }
});

function cookieFor(clientCookie: string, secret: string, address: string, time: number): string {
  const context = new AnswerContext(new CacheKey(Uint32Array.of(1, 2)));
  const out = new WordBuffer(64);
  context.begin(fromHex(clientCookie), 0, 8, out, 0, 64, context.client);
  context.query.cookieOffset = 0;
  context.query.cookieLength = 8;
  context.client.address.set(addressToWords(address));
  context.client.unixSeconds = time;
  const end = new ServerCookies(fromHex(secret)).writeOption(context, 0);
  assert.equal(end, 4 + COOKIE_LENGTH);
  assert.deepEqual([...out.bytes.subarray(0, 4)], [0, 10, 0, COOKIE_LENGTH]);
  return toHex(out.bytes.subarray(4, end));
}

describe("server cookies, the examples of RFC 9018 appendix A", () => {
  test("learning a new server cookie over IPv4", () => {
    const cookie = cookieFor(
      "2464c4abcf10c957",
      "e5e973e5a6b2a43f48e7dc849e37bfcf",
      "198.51.100.100",
      1559731985,
    );
    assert.equal(cookie, "2464c4abcf10c957" + "010000005cf79f111f8130c3eee29480");
  });

  test("IPv6, with the rolled-over secret", () => {
    const cookie = cookieFor(
      "22681ab97d52c298",
      "445536bcd2513298075a5d379663c962",
      "2001:db8:220:1:59de:d0f4:8769:82b8",
      1559741961,
    );
    assert.equal(cookie, "22681ab97d52c298" + "010000005cf7c609a6bb79d16625507a");
  });
});
