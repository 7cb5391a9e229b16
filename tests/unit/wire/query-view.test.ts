// Reading a query in place: what each malformation comes to, and what stays readable nevertheless.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import { ascii, hex, joined, message, opt, option, record, soaRdata, wire } from "./compose.ts";
import type { MessageParts } from "./compose.ts";

const RD = 0x0100;
const COOKIE = hex("0011223344556677");

/** Reads a message that lies at offset 5 of a larger buffer full of other bytes. */
function readAt5(bytes: Uint8Array): { result: number; view: QueryView } {
  const view = new QueryView();
  const buffer = joined(new Uint8Array(5).fill(0xc0), bytes, new Uint8Array(9).fill(0x01));
  return { result: readQuery(buffer, 5, bytes.length, view), view };
}

function read(parts: Partial<MessageParts>): { result: number; view: QueryView } {
  return readAt5(message({ flags: RD, qname: "www.example.com.", ...parts }));
}

function resultOf(parts: Partial<MessageParts>): number {
  return read(parts).result;
}

describe("readQuery", () => {
  test("reads header and question of a plain query", () => {
    const { result, view } = read({ id: 0xbeef, flags: RD, qtype: 28, qclass: 3 });
    assert.equal(result, READ.OK);
    const expected = Object.assign(new QueryView(), {
      id: 0xbeef,
      flags: RD,
      rd: 1,
      qnameOffset: 17,
      qnameLength: 17,
      questionEnd: 38,
      qtype: 28,
      qclass: 3,
    });
    assert.deepEqual(view, expected);
  });

  test("reads an OPT record and its options where they lie", () => {
    const ecs = hex("0001 18 00 c00002");
    const options = [
      option(10, COOKIE),
      option(11, hex("")),
      option(12, hex("0000")),
      option(8, ecs),
      option(65_001, hex("ffff")),
    ];
    const flags = 0x0130;
    const { result, view } = read({ flags, additionals: [opt(options, 4096, 0x8000)] });
    assert.equal(result, READ.OK);
    const expected = Object.assign(new QueryView(), {
      ...{ id: 0x1234, flags, rd: 1, ad: 1, cd: 1 },
      ...{ qnameOffset: 17, qnameLength: 17, questionEnd: 38, qtype: 1, qclass: 1 },
      ...{ hasEdns: 1, udpSize: 4096, dnssecOk: 1, hasKeepalive: 1, hasPadding: 1 },
      ...{ cookieOffset: 38 + 11 + 4, cookieLength: 8 },
      ...{ ecsOffset: 38 + 11 + 12 + 4 + 6 + 4, ecsLength: 7 },
    });
    assert.deepEqual(view, expected);
  });

  test("takes a UDP size under 512 for 512", () => {
    assert.equal(read({ additionals: [opt([], 0)] }).view.udpSize, 512);
    assert.equal(read({ additionals: [opt([], 511)] }).view.udpSize, 512);
    assert.equal(read({ additionals: [opt([], 513)] }).view.udpSize, 513);
    assert.equal(read({}).view.udpSize, 512);
  });

  test("reads the root's question", () => {
    const { result, view } = read({ qname: ".", qtype: 2 });
    assert.equal(result, READ.OK);
    assert.deepEqual([view.qnameLength, view.questionEnd, view.qtype], [1, 5 + 17, 2]);
  });

  test("forgets the query before", () => {
    const view = new QueryView();
    const full = message({
      flags: 0x0130,
      qname: "a.",
      additionals: [
        opt([option(10, COOKIE), option(11, hex("")), option(8, COOKIE)], 4096, 0x8000),
      ],
    });
    assert.equal(readQuery(full, 0, full.length, view), READ.OK);
    assert.equal(readQuery(full, 0, 11, view), READ.DROP);
    assert.deepEqual(view, new QueryView());
  });

  test("drops what is shorter than a header, and responses", () => {
    assert.equal(readAt5(hex("")).result, READ.DROP);
    assert.equal(readAt5(hex("1234 0100 0001 0000 0000 00")).result, READ.DROP);
    assert.equal(resultOf({ flags: 0x8180 }), READ.DROP);
  });

  test("does not implement other opcodes", () => {
    for (const opcode of [1, 2, 4, 5, 6, 15]) {
      const { result, view } = read({ flags: (opcode << 11) | RD });
      assert.equal(result, READ.NOTIMP);
      assert.deepEqual([view.id, view.opcode, view.rd], [0x1234, opcode, 1]);
    }
  });

  test("wants exactly one question", () => {
    assert.equal(readAt5(message({ flags: RD })).result, READ.FORMERR);
    assert.equal(readAt5(message({ flags: RD, additionals: [opt()] })).result, READ.FORMERR);
    const two = message({ flags: RD, qname: "a." });
    two[5] = 2;
    assert.equal(readAt5(joined(two, wire("b."), hex("0001 0001"))).result, READ.FORMERR);
  });

  test("takes a query without question that asks for a cookie", () => {
    const { result, view } = readAt5(
      message({ flags: RD, additionals: [opt([option(10, COOKIE)])] }),
    );
    assert.equal(result, READ.COOKIE_ONLY);
    assert.deepEqual([view.questionEnd, view.cookieOffset, view.cookieLength], [0, 32, 8]);
  });

  test("refuses answers and authorities", () => {
    const a = record("www.example.com.", 1, hex("c0000201"));
    assert.equal(resultOf({ answers: [a] }), READ.FORMERR);
    assert.equal(resultOf({ authorities: [a] }), READ.FORMERR);
    for (const at of [7, 9]) {
      const counted = message({ flags: RD, qname: "www.example.com." });
      counted[at] = 1;
      assert.equal(readAt5(counted).result, READ.FORMERR, "counted but not there");
    }
  });

  test("takes the SOA that an IXFR query carries, and one only", () => {
    const soa = record("example.com.", 6, soaRdata("ns.", "root.", 60));
    assert.equal(resultOf({ qtype: 251, authorities: [soa] }), READ.OK);
    assert.equal(resultOf({ qtype: 251, authorities: [soa, soa] }), READ.FORMERR);
    assert.equal(resultOf({ qtype: 251, authorities: [opt()] }), READ.FORMERR);
    assert.equal(resultOf({ qtype: 251, authorities: [soa.subarray(0, 30)] }), READ.FORMERR);
  });

  test("refuses names that are malformed, compressed or too long", () => {
    const bad = (qname: Uint8Array) => {
      const header = hex("1234 0100 0001 0000 0000 0000");
      return readAt5(joined(header, qname, hex("0001 0001"))).result;
    };
    assert.equal(bad(wire("a.")), READ.OK, "the frame is sound");
    assert.equal(bad(hex("c00c")), READ.FORMERR, "pointer");
    assert.equal(bad(hex("0161 c00c")), READ.FORMERR, "pointer after a label");
    assert.equal(
      bad(joined(hex("40"), new Uint8Array(64), hex("00"))),
      READ.FORMERR,
      "label of 64",
    );
    assert.equal(bad(hex("80 00")), READ.FORMERR, "reserved label type");
    const labels = [63, 63, 63, 62].map((length) => {
      return joined(Uint8Array.of(length), new Uint8Array(length).fill(0x61));
    });
    assert.equal(bad(joined(...labels, hex("00"))), READ.FORMERR, "name of 256");
  });

  test("refuses a question that is cut off and tells nothing of it", () => {
    const whole = message({ flags: RD, qname: "www.example.com." });
    for (let length = 12; length < whole.length; length++) {
      const { result, view } = readAt5(whole.subarray(0, length));
      assert.equal(result, READ.FORMERR, `${length} bytes`);
      assert.deepEqual([view.questionEnd, view.qnameLength, view.qtype], [0, 0, 0]);
      assert.equal(view.id, 0x1234);
    }
  });

  test("keeps the question readable when what follows is malformed", () => {
    const cut = message({ flags: RD, qname: "www.example.com.", additionals: [opt()] });
    for (let length = 33; length < cut.length; length++) {
      const { result, view } = readAt5(cut.subarray(0, length));
      assert.equal(result, READ.FORMERR, `${length} bytes`);
      assert.deepEqual([view.questionEnd, view.qtype], [38, 1]);
    }
  });

  test("refuses trailing bytes and counts that lie", () => {
    const whole = message({ flags: RD, qname: "www.example.com.", additionals: [opt()] });
    assert.equal(readAt5(joined(whole, hex("00"))).result, READ.FORMERR);
    const less = whole.slice();
    less[11] = 0;
    assert.equal(readAt5(less).result, READ.FORMERR);
    const more = whole.slice();
    more[10] = 0xff;
    assert.equal(readAt5(more).result, READ.FORMERR);
  });

  test("walks over other additional records, such as TSIG, without looking inside", () => {
    const tsig = record("key.example.", 250, hex("ffff ffff ff"), 0, 255);
    const compressed = record(hex("c00c"), 250, hex(""), 0, 255);
    assert.equal(resultOf({ additionals: [opt(), tsig] }), READ.OK);
    assert.equal(resultOf({ additionals: [tsig, opt(), compressed] }), READ.OK);
    const lies = record("key.example.", 250, hex("00"));
    lies[lies.length - 2] = 9;
    assert.equal(resultOf({ additionals: [lies] }), READ.FORMERR);
  });

  test("takes one OPT record only, and its owner is the root", () => {
    assert.equal(resultOf({ additionals: [opt(), opt()] }), READ.FORMERR);
    assert.equal(resultOf({ additionals: [record("a.", 41, hex(""))] }), READ.FORMERR);
    assert.equal(resultOf({ additionals: [record(hex("c01c"), 41, hex(""))] }), READ.FORMERR);
  });

  test("refuses options that do not fill the OPT record exactly", () => {
    assert.equal(resultOf({ additionals: [opt([hex("000a")])] }), READ.FORMERR);
    assert.equal(resultOf({ additionals: [opt([hex("000c 0005 00000000")])] }), READ.FORMERR);
    assert.equal(resultOf({ additionals: [opt([hex("000c 0003 00000000")])] }), READ.FORMERR);
    assert.equal(resultOf({ additionals: [opt([hex("000c 0004 00000000")])] }), READ.OK);
  });

  test("takes cookies of 8 and of 16 to 40 bytes", () => {
    for (let length = 0; length <= 48; length++) {
      const cookie = option(10, new Uint8Array(length));
      const { result, view } = read({ additionals: [opt([cookie])] });
      const valid = length === 8 || (length >= 16 && length <= 40);
      assert.equal(result, valid ? READ.OK : READ.FORMERR, `${length} bytes`);
      assert.equal(view.cookieLength, valid ? length : 0);
    }
  });

  test("reads the first of several cookies (RFC 7873 §5.2)", () => {
    const options = [option(10, COOKIE), option(10, new Uint8Array(16)), option(10, hex("00"))];
    const { result, view } = read({ additionals: [opt(options)] });
    assert.equal(result, READ.OK);
    assert.deepEqual([view.cookieOffset, view.cookieLength], [53, 8]);
  });

  test("ignores a client subnet that makes no sense", () => {
    const { result, view } = read({ additionals: [opt([option(8, ascii("?"))])] });
    assert.deepEqual([result, view.ecsLength], [READ.OK, 1]);
  });

  test("tells a version it does not speak, and leaves that version's options alone", () => {
    const { result, view } = read({ additionals: [opt([hex("ffffff")], 1400, 0x0001_8000)] });
    assert.equal(result, READ.BADVERS);
    assert.deepEqual([view.ednsVersion, view.udpSize, view.dnssecOk], [1, 1400, 1]);
    assert.deepEqual([view.qtype, view.questionEnd], [1, 38]);
    const trailing = message({ flags: RD, qname: "a.", additionals: [opt([], 512, 0x0001_0000)] });
    assert.equal(readAt5(joined(trailing, hex("00"))).result, READ.FORMERR);
  });

  test("does work that is linear in the message's length", () => {
    const rows = 5_000;
    const records = Array.from({ length: rows }, () => record(".", 250, hex("")));
    const many = message({ flags: RD, qname: "a.", additionals: records });
    assert.equal(readAt5(many).result, READ.OK);
    const dotted = record(hex("01 61 ".repeat(120) + "00"), 250, hex(""));
    const long = message({ flags: RD, qname: "a.", additionals: Array(250).fill(dotted) });
    assert.equal(readAt5(long).result, READ.OK);
  });
});
