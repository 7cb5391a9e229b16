// Records are told apart by owner, type and RDATA, however their names are written.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readResponse } from "../../../src/wire/read-response.ts";
import { recordKey } from "../../../src/wire/record-key.ts";
import { hex, joined, record, response, wire } from "./compose.ts";

/** Keys of the answers of a response to www.example.com., "example.com." being at offset 16. */
function keysOf(...answers: Uint8Array[]): string[] {
  const bytes = response({ answers });
  const parsed = readResponse(bytes);
  assert.ok(typeof parsed !== "string", String(parsed));
  return parsed.records.map((entry) => recordKey(bytes, entry));
}

describe("recordKey", () => {
  test("is the same for names in either case, compressed or not, and any TTL", () => {
    const [a, b, c] = keysOf(
      record("www.example.com.", 15, joined(hex("000a"), wire("mx.example.com.")), 300),
      record(hex("c00c"), 15, joined(hex("000a 026d78 c010")), 60),
      record("WWW.example.com.", 15, joined(hex("000a"), wire("MX.Example.com.")), 0),
    );
    assert.equal(a, b);
    assert.equal(a, c);
  });

  test("differs with owner, type and every byte of RDATA", () => {
    const keys = keysOf(
      record("a.", 16, hex("01 61")),
      record("b.", 16, hex("01 61")),
      record("a.", 99, hex("01 61")),
      record("a.", 16, hex("01 41")),
      record("a.", 16, hex("01 80")),
      record("a.", 16, hex("01 81")),
      record("a.", 16, hex("01 61 00")),
      record("a.", 2, wire("a.")),
      record("a.", 2, wire("b.")),
      record("a.", 33, joined(hex("000000000041"), wire("a."))),
      record("a.", 33, joined(hex("000000000061"), wire("a."))),
      record("a.", 65_280, wire("a.")),
      record("a.", 65_280, wire("A.")),
    );
    assert.equal(new Set(keys).size, keys.length);
  });

  test("keeps all 256 byte values apart", () => {
    const all = Array.from({ length: 256 }, (_, i) => record(".", 65_280, Uint8Array.of(i)));
    assert.equal(new Set(keysOf(...all)).size, 256);
  });
});
