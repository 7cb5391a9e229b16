// What the OPT record of a response says, and how little of its text is believed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readResponse, type ParsedResponse } from "../../../src/wire/read-response.ts";
import { EDE_TEXT_CAPACITY, type ResponseEdns } from "../../../src/wire/response-edns.ts";
import { hex, joined, opt, option, response } from "./compose.ts";

function parsed(bytes: Uint8Array): ParsedResponse {
  const result = readResponse(bytes);
  assert.ok(typeof result !== "string", String(result));
  return result;
}

function ednsOf(...options: Uint8Array[]): ResponseEdns {
  return parsed(response({ additionals: [opt(options)] })).edns!;
}

function edeText(bytes: Uint8Array): string {
  const { text } = ednsOf(option(15, joined(hex("0016"), bytes))).ede!;
  return new TextDecoder("utf-8", { fatal: true }).decode(text);
}

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("the OPT record of a response", () => {
  test("gives size, version, DO and the rcode's upper bits", () => {
    const result = parsed(response({ flags: 0x8187, additionals: [opt([], 4096, 0x0102_8000)] }));
    assert.equal(result.rcode, 0x17);
    const expected = { extendedRcode: 1, version: 2, udpSize: 4096, dnssecOk: true };
    assert.deepEqual(result.edns, { ...expected, ede: undefined });
    assert.deepEqual(ednsOf(), {
      ...{ extendedRcode: 0, version: 0, udpSize: 1232, dnssecOk: false },
      ede: undefined,
    });
  });

  test("is not needed", () => {
    const result = parsed(response({ flags: 0x8183 }));
    assert.deepEqual([result.rcode, result.edns], [3, undefined]);
  });

  test("is a fault when its options do not fill it", () => {
    for (const options of ["00", "000f 00", "000f 0003 0016", "000f 0002 0016 00"]) {
      assert.equal(readResponse(response({ additionals: [opt([hex(options)])] })), "opt");
    }
  });

  test("gives the first extended error", () => {
    const first = option(15, joined(hex("0006"), utf8("bogus")));
    const { ede } = ednsOf(option(10, new Uint8Array(8)), first, option(15, hex("0000")));
    assert.deepEqual(ede, { code: 6, text: utf8("bogus") });
    assert.deepEqual(ednsOf(option(15, hex("ffff"))).ede, { code: 65_535, text: utf8("") });
  });

  test("passes over an extended error without INFO-CODE", () => {
    assert.equal(ednsOf(option(15, hex(""))).ede, undefined);
    assert.equal(ednsOf(option(15, hex("00"))).ede, undefined);
    assert.equal(ednsOf(option(15, hex("00")), option(15, hex("0009"))).ede!.code, 9);
  });
});

describe("the text of an extended error", () => {
  test("keeps what can be read, in any language", () => {
    assert.equal(edeText(utf8("Größe — 大きさ 🙂 <b>")), "Größe — 大きさ 🙂 <b>");
  });

  test("loses control and format characters", () => {
    assert.equal(
      edeText(utf8("a\0b\r\nc\x1b[31md\x7f\u0085e\u202ef\u2028g\u200b\ufeff")),
      "abc[31mdefg",
    );
  });

  test("is valid UTF-8 whatever came", () => {
    assert.equal(edeText(hex("61 ff c3 62 ed a0 80")), "a��b���");
  });

  test("is cut between characters", () => {
    assert.equal(EDE_TEXT_CAPACITY, 255);
    assert.equal(edeText(utf8("x".repeat(1000))), "x".repeat(255));
    assert.equal(edeText(utf8("🙂".repeat(100))), "🙂".repeat(63));
  });
});
