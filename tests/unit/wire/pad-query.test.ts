// Padding of queries: the length is a multiple of the block, and all else stays as it was.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildQuery } from "../../../src/wire/build-query.ts";
import { padQuery } from "../../../src/wire/pad-query.ts";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import { hex, joined, message, opt, option, record, toHex, wire } from "./compose.ts";

const OPTIONS = { dnssecOk: true, cd: false, ad: true, rd: true, udpSize: 1232, id: 7 };

function query(qname: string): Uint8Array {
  return buildQuery({ qname: wire(qname), qtype: 1, qclass: 1 }, OPTIONS);
}

function padded(bytes: Uint8Array, block: number, capacity = 1024, offset = 2): Uint8Array {
  const out = new Uint8Array(capacity).fill(0xee);
  const length = padQuery(bytes, block, out, offset);
  assert.ok(out.subarray(0, offset).every((byte) => byte === 0xee));
  assert.ok(out.subarray(offset + length).every((byte) => byte === 0xee));
  return out.slice(offset, offset + length);
}

describe("padQuery", () => {
  test("appends a padding option, byte for byte", () => {
    const plain = query("a.test.");
    const result = padded(plain, 64);
    const length = 64 - plain.length - 4;
    const expected = plain.slice();
    expected[plain.length - 1] = length + 4;
    const option = "000c" + length.toString(16).padStart(4, "0") + "00".repeat(length);
    assert.equal(toHex(result), toHex(expected) + option);
  });

  test("gives a multiple of the block for every length of name", () => {
    const view = new QueryView();
    for (let labels = 0; labels < 120; labels++) {
      const plain = query("a.".repeat(labels) || ".");
      const result = padded(plain, 128);
      assert.equal(result.length % 128, 0);
      assert.ok(result.length - plain.length <= 4 + 127);
      assert.equal(readQuery(result, 0, result.length, view), READ.OK);
      assert.deepEqual([view.hasPadding, view.dnssecOk, view.id], [1, 1, 7]);
    }
  });

  test("adds an empty option when that is all it takes", () => {
    const plain = query("a.test.");
    assert.equal(padded(plain, plain.length + 4).length, plain.length + 4);
  });

  test("keeps the options that are there", () => {
    const plain = message({
      flags: 0x0100,
      qname: "a.",
      additionals: [opt([option(10, hex("0011223344556677"))])],
    });
    const result = padded(plain, 128);
    const view = new QueryView();
    assert.equal(result.length, 128);
    assert.equal(readQuery(result, 0, result.length, view), READ.OK);
    assert.deepEqual([view.cookieLength, view.hasPadding], [8, 1]);
  });

  test("copies plainly what has no OPT record as its last, or no room", () => {
    const opts = [opt()];
    const tsig = record("k.", 250, hex(""));
    const plain = [
      message({ flags: 0x0100, qname: "a." }),
      message({ flags: 0x0100, additionals: opts }),
      message({ flags: 0x0100, qname: "a.", additionals: [tsig] }),
      message({ flags: 0x0100, qname: "a.", additionals: [opt(), tsig] }),
      message({ flags: 0x0100, qname: "a.", authorities: [tsig], additionals: opts }),
      query("a.").subarray(0, 20),
      hex("00112233"),
    ];
    const lies = query("a.");
    lies[lies.length - 1] = 4;
    const trailing = joined(query("a."), hex("00"));
    const twoQuestions = query("a.");
    twoQuestions[5] = 2;
    const cutName = joined(query("a.").subarray(0, 13), hex("6100000100010000"));
    plain.push(lies, trailing, twoQuestions, cutName);
    for (const bytes of plain) assert.equal(toHex(padded(bytes, 128)), toHex(bytes));
    const whole = query("a.test.");
    assert.equal(toHex(padded(whole, 128, 129)), toHex(whole), "one byte too few");
    assert.equal(padded(whole, 128, 130).length, 128);
    assert.equal(toHex(padded(whole, 65_536, 70_000)), toHex(whole), "over 65,535 bytes");
  });
});
