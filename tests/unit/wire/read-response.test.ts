// Reading a response: where everything lies, and each fault by its name.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TYPE } from "../../../src/wire/constants.ts";
import { readResponse } from "../../../src/wire/read-response.ts";
import { hex, joined, message, opt, record, response, soaRdata, wire } from "./compose.ts";

const A = record(hex("c00c"), 1, hex("c0000201"), 300);
const OWN_LENGTH = 12 + 17 + 4;

describe("readResponse", () => {
  test("tells header, question and end", () => {
    const bytes = response({ id: 0xbeef, flags: 0x85b3, qname: "WwW.example.COM.", qtype: 28 });
    assert.deepEqual(readResponse(bytes), {
      id: 0xbeef,
      flags: 0x85b3,
      rcode: 3,
      questionOffset: 12,
      qname: wire("www.example.com."),
      qtype: 28,
      qclass: 1,
      records: [],
      edns: undefined,
      end: OWN_LENGTH,
    });
  });

  test("tells where each record of each section lies, OPT aside", () => {
    const soa = record("example.com.", 6, soaRdata("ns.", "root.", 60), 0xffff_ffff);
    const txt = record(".", 16, hex("00"), 0, 3);
    const bytes = response({
      answers: [A, A],
      authorities: [soa],
      additionals: [opt(), txt],
    });
    const result = readResponse(bytes);
    assert.ok(typeof result !== "string");
    const soaOffset = OWN_LENGTH + 2 * 16;
    const txtOffset = soaOffset + soa.length + 11;
    assert.deepEqual(result.records, [
      place("answer", OWN_LENGTH, 2, TYPE.A, 300, 4),
      place("answer", OWN_LENGTH + 16, 2, TYPE.A, 300, 4),
      place("authority", soaOffset, 13, TYPE.SOA, 0xffff_ffff, soa.length - 23),
      { ...place("additional", txtOffset, 1, TYPE.TXT, 0, 1), class: 3 },
    ]);
    assert.equal(result.end, bytes.length);
    assert.equal(result.edns?.udpSize, 1232);
  });

  test("does not change the message", () => {
    const bytes = response({ qname: "WWW.", answers: [A] });
    const before = bytes.slice();
    readResponse(bytes);
    assert.deepEqual(bytes, before);
  });

  test("short: within the header or within a record", () => {
    assert.equal(readResponse(hex("")), "short");
    assert.equal(readResponse(response({}).subarray(0, 11)), "short");
    const whole = response({ answers: [A] });
    for (let length = OWN_LENGTH + 2; length < whole.length; length++) {
      assert.equal(readResponse(whole.subarray(0, length)), "short", `${length} bytes`);
    }
  });

  test("not-a-response: a query, or another opcode", () => {
    assert.equal(readResponse(response({ flags: 0x0100 })), "not-a-response");
    assert.equal(readResponse(response({ flags: 0xa800 })), "not-a-response");
  });

  test("question: not one, or malformed", () => {
    assert.equal(readResponse(message({ flags: 0x8180 })), "question");
    const two = response({ qname: "a." });
    two[5] = 2;
    assert.equal(readResponse(joined(two, wire("b."), hex("00010001"))), "question");
    const whole = response({});
    for (let length = 12; length < whole.length; length++) {
      assert.equal(readResponse(whole.subarray(0, length)), "question", `${length} bytes`);
    }
    const pointer = joined(hex("1234 8180 0001 0000 0000 0000"), hex("c00c 0001 0001"));
    assert.equal(readResponse(pointer), "question");
  });

  test("name: a malformed owner", () => {
    for (const owner of ["c0ff", "c021", "0161c021", "41", "80", "c004"]) {
      const bad = response({ answers: [record(hex(owner), 1, hex("c0000201"))] });
      assert.equal(readResponse(bad), "name", owner);
    }
  });

  test("rdata: not what its type says", () => {
    assert.equal(readResponse(response({ answers: [record(".", 1, hex("c00002"))] })), "rdata");
    assert.equal(readResponse(response({ authorities: [record(".", 2, hex("c0ff"))] })), "rdata");
    assert.equal(readResponse(response({ additionals: [record(".", 16, hex("05"))] })), "rdata");
    const lengthLies = response({ answers: [record(".", 1, hex("c0000201")), A] });
    lengthLies[OWN_LENGTH + 10] = 6;
    assert.equal(readResponse(lengthLies), "rdata");
  });

  test("counts: fewer records than the header says", () => {
    for (const place of [7, 9, 11]) {
      const bytes = response({ answers: [A], authorities: [A], additionals: [A] });
      bytes[place]!++;
      assert.equal(readResponse(bytes), "counts");
    }
  });

  test("trailing: bytes after the last record", () => {
    assert.equal(readResponse(joined(response({}), hex("00"))), "trailing");
    const bytes = response({ answers: [A, A] });
    bytes[7] = 1;
    assert.equal(readResponse(bytes), "trailing");
  });

  test("opt: twice, misplaced, or not at the root", () => {
    assert.equal(readResponse(response({ additionals: [opt(), opt()] })), "opt");
    assert.equal(readResponse(response({ answers: [opt()] })), "opt");
    assert.equal(readResponse(response({ authorities: [opt()] })), "opt");
    const named = record("a.", 41, hex(""));
    assert.equal(readResponse(response({ additionals: [named] })), "opt");
  });
});

function place(
  section: string,
  ownerOffset: number,
  ownerLength: number,
  type: number,
  ttl: number,
  rdataLength: number,
): Record<string, unknown> {
  const ttlOffset = ownerOffset + ownerLength + 4;
  const rdataOffset = ttlOffset + 6;
  return { section, ownerOffset, type, class: 1, ttl, ttlOffset, rdataOffset, rdataLength };
}
