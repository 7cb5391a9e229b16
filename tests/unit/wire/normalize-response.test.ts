// The form of a normalised response, byte for byte; its lifetime; and what is refused.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TYPE } from "../../../src/wire/constants.ts";
import { NEGATIVE_TTL_CAP, normalizeResponse } from "../../../src/wire/normalize-response.ts";
import {
  ascii,
  hex,
  joined,
  message,
  opt,
  option,
  record,
  response,
  rrsigRdata,
  soaRdata,
  toHex,
  wire,
} from "./compose.ts";
import { normalized, question, recordLines } from "./normalized.ts";

const ADDRESS = hex("c0000201");
const QUESTION_HEX = toHex(wire("www.example.com.")) + "0001" + "0001";
const soa = (ttl: number, minimum: number, owner = "example.com.") =>
  record(owner, TYPE.SOA, soaRdata("ns.example.com.", "root.example.com.", minimum), ttl);

describe("the bytes of a normalised response", () => {
  test("hold header, question in lower case, and the answer pointing to it", () => {
    const bytes = response({
      id: 0xbeef,
      flags: 0x85f0, // QR AA RD RA Z AD CD
      qname: "WwW.eXample.COM.",
      answers: [
        record("www.EXAMPLE.com.", 1, hex("c0000201"), 300),
        record("www.example.com.", 1, hex("c0000202"), 60),
      ],
      authorities: [record("example.com.", 2, wire("ns.example.com."))],
      additionals: [
        record("ns.example.com.", 1, hex("c0000203")),
        opt([option(15, joined(hex("0003"), ascii("stale")))]),
      ],
    });
    const result = normalized(bytes);
    const header = "0000" + "8180" + "0001" + "0002" + "0000" + "0000";
    const first = "c00c" + "0001" + "0001" + "0000012c" + "0004" + "c0000201";
    const second = "c00c" + "0001" + "0001" + "0000003c" + "0004" + "c0000202";
    assert.equal(toHex(result.bytes), header + QUESTION_HEX + first + second);
    assert.deepEqual(result.ttlOffsets, Uint16Array.of(39, 55));
    const { rcode, kind, ttlSeconds, authenticData, ede } = result;
    assert.deepEqual([rcode, kind, ttlSeconds, authenticData], [0, "positive", 60, true]);
    assert.deepEqual(ede, { code: 3, text: ascii("stale") });
  });

  test("compress owners and RDATA of RFC 1035's types against all names before", () => {
    const bytes = response({
      qtype: TYPE.MX,
      answers: [
        record("www.example.com.", TYPE.CNAME, wire("mail.Example.com."), 60),
        record("mail.example.com.", TYPE.MX, joined(hex("000a"), wire("mx.example.com.")), 60),
        record("mail.example.com.", TYPE.MX, joined(hex("0014"), wire("mx.example.net.")), 60),
      ],
    });
    const result = normalized(bytes, question("www.example.com.", TYPE.MX));
    const at33 = "c00c" + "0005" + "0001" + "0000003c" + "0007" + "046d61696c" + "c010";
    const at52 = "c02d" + "000f" + "0001" + "0000003c" + "0007" + "000a" + "026d78" + "c010";
    const mx = "0014" + "026d78" + "076578616d706c65" + "036e6574" + "00";
    const at71 = "c02d" + "000f" + "0001" + "0000003c" + "0012" + mx;
    assert.equal(toHex(result.bytes.subarray(33)), at33 + at52 + at71);
    assert.deepEqual(result.ttlOffsets, Uint16Array.of(39, 58, 77));
  });

  test("write names out where RDATA must not be compressed (RFC 3597 §4)", () => {
    const zone = toHex(wire("example.com."));
    const cases: readonly (readonly [number, string, string])[] = [
      [TYPE.SRV, "0001 0002 0035 c010", "000100020035" + zone],
      [
        TYPE.RRSIG,
        "0001 0d 02 00000e10 6b000000 6a000000 3039 c010 c0ff",
        "00010d0200000e106b0000006a0000003039" + zone + "c0ff",
      ],
      [TYPE.NSEC, "0161 c010 00 01 40", "0161" + zone + "000140"],
      [TYPE.HTTPS, "0001 c010 0001 0003 026832", "0001" + zone + "00010003026832"],
      [TYPE.DNAME, "c018", toHex(wire("com."))],
      [TYPE.KX, "0001 c010", "0001" + zone],
      [TYPE.NAPTR, "0001 0002 00 00 00 c010", "00010002000000" + zone],
    ];
    for (const [qtype, rdata, expected] of cases) {
      const bytes = response({ qtype, answers: [record(hex("c00c"), qtype, hex(rdata))] });
      const result = normalized(bytes, question("www.example.com.", qtype));
      assert.equal(toHex(result.bytes.subarray(33 + 12)), expected, `type ${qtype}`);
      assert.equal(result.bytes[33 + 10 + 1], expected.length / 2, "RDLENGTH");
    }
  });

  test("have the SOA of a negative response", () => {
    const bytes = response({ flags: 0x8183, authorities: [soa(3600, 900)] });
    const result = normalized(bytes);
    const header = "0000" + "8183" + "0001" + "0000" + "0001" + "0000";
    const names = "026e73" + "c010" + "04726f6f74" + "c010";
    const numbers = toHex(soaRdata(".", ".", 900).subarray(2));
    const rdlength = ((names + numbers).length / 2).toString(16).padStart(4, "0");
    const owner = "c010" + "0006" + "0001" + "00000384";
    assert.equal(toHex(result.bytes), header + QUESTION_HEX + owner + rdlength + names + numbers);
    assert.deepEqual([result.kind, result.rcode, result.ttlSeconds], ["nxdomain", 3, 900]);
    assert.deepEqual(result.ttlOffsets, Uint16Array.of(39));
  });

  test("of a failure are header and question, whatever came with it", () => {
    const answers = [record("www.example.com.", 1, ADDRESS)];
    for (const rcode of [1, 2, 4, 5, 6, 9, 15]) {
      const result = normalized(response({ flags: 0x81a0 | rcode, answers }));
      const header = `0000818${rcode.toString(16)}` + "0001000000000000";
      assert.equal(toHex(result.bytes), header + QUESTION_HEX);
      assert.deepEqual([result.kind, result.rcode, result.ttlSeconds], ["failure", rcode, 0]);
      assert.deepEqual([result.authenticData, result.ttlOffsets.length], [false, 0]);
    }
  });

  test("of an extended rcode are a failure, its upper bits kept beside them", () => {
    const additionals = [opt([], 1232, 0x0100_0000)];
    const answers = [record("www.example.com.", 1, ADDRESS)];
    const result = normalized(response({ flags: 0x8180, answers, additionals }));
    assert.deepEqual([result.kind, result.rcode, result.ttlSeconds], ["failure", 16, 0]);
    assert.equal(toHex(result.bytes), "0000818000010000" + "00000000" + QUESTION_HEX);
    assert.equal(normalized(response({ flags: 0x8183, additionals })).kind, "failure");
  });

  test("are a buffer of their own", () => {
    const bytes = response({ answers: [record("www.example.com.", 1, ADDRESS)] });
    const before = bytes.slice();
    const first = normalized(bytes);
    const copy = first.bytes.slice();
    normalized(response({ qname: "other.test." }), question("other.test."));
    assert.deepEqual(first.bytes, copy);
    assert.deepEqual(bytes, before);
    assert.equal(first.bytes.byteLength, first.bytes.buffer.byteLength);
  });
});

describe("the lifetime of a normalised response", () => {
  const answer = (ttl: number) => record("www.example.com.", 1, ADDRESS, ttl);

  test("is the least TTL of what is kept", () => {
    const alias = record("www.example.com.", TYPE.CNAME, wire("a.test."), 77);
    const bytes = response({
      answers: [alias, record("a.test.", 1, ADDRESS, 99), record("b.test.", 1, ADDRESS, 1)],
      authorities: [record("test.", 2, wire("ns.test."), 2)],
    });
    assert.equal(normalized(bytes).ttlSeconds, 77);
    assert.equal(normalized(response({ answers: [answer(0)] })).ttlSeconds, 0);
    assert.equal(normalized(response({ answers: [answer(0x7fff_ffff)] })).ttlSeconds, 0x7fff_ffff);
  });

  test("counts TTLs from 2^31 on as 0, and shows them so (RFC 2181 §8)", () => {
    for (const ttl of [0x8000_0000, 0xffff_ffff]) {
      const result = normalized(response({ answers: [answer(ttl)] }));
      assert.equal(result.ttlSeconds, 0);
      assert.deepEqual(recordLines(result.bytes), ["answer www.example.com. A 0"]);
    }
  });

  const negative: readonly (readonly [number, number, number])[] = [
    [3600, 900, 900],
    [900, 3600, 900],
    [0, 3600, 0],
    [86_400, 86_400, NEGATIVE_TTL_CAP],
    [0x8000_0000, 60, 0],
    [60, 0x8000_0000, 0],
  ];
  for (const [ttl, minimum, expected] of negative) {
    test(`of a negative response with SOA TTL ${ttl} and MINIMUM ${minimum} is ${expected}`, () => {
      for (const flags of [0x8180, 0x8183]) {
        const result = normalized(response({ flags, authorities: [soa(ttl, minimum)] }));
        assert.equal(result.ttlSeconds, expected);
        assert.deepEqual(recordLines(result.bytes), [`authority example.com. SOA ${expected}`]);
      }
    });
  }

  test("of a negative response without SOA is 0", () => {
    for (const flags of [0x8180, 0x8183]) {
      const result = normalized(response({ flags }));
      assert.equal(result.ttlSeconds, 0);
    }
  });

  test("of a negative response takes in the aliases, and the cap holds for all", () => {
    const alias = (ttl: number) =>
      record("www.example.com.", TYPE.CNAME, wire("a.example.com."), ttl);
    const authorities = [soa(3600, 3600)];
    const short = response({ answers: [alias(30)], authorities });
    assert.equal(normalized(short).ttlSeconds, 30);
    const long = normalized(
      response({ answers: [alias(99_999)], authorities: [soa(99_999, 99_999)] }),
    );
    assert.equal(long.ttlSeconds, 10_800);
    assert.deepEqual(recordLines(long.bytes), [
      "answer www.example.com. CNAME 99999",
      "authority example.com. SOA 10800",
    ]);
  });

  test("leaves the SOA of a positive answer as it is", () => {
    const answers = [soa(99_999, 60)];
    const bytes = response({ qname: "example.com.", qtype: TYPE.SOA, answers });
    const result = normalized(bytes, question("example.com.", TYPE.SOA));
    assert.deepEqual([result.kind, result.ttlSeconds], ["positive", 99_999]);
  });
});

describe("the AD bit", () => {
  const signed = response({ flags: 0x81a0, answers: [record("www.example.com.", 1, ADDRESS)] });

  test("is believed of an authenticated upstream only, and shown of none", () => {
    assert.equal(normalized(signed, question(), true).authenticData, true);
    assert.equal(normalized(signed, question(), false).authenticData, false);
    assert.equal(normalized(signed).bytes[3], 0x80);
  });

  test("is never invented", () => {
    const plain = response({ answers: [record("www.example.com.", 1, ADDRESS)] });
    assert.equal(normalized(plain, question(), true).authenticData, false);
  });
});

describe("refused", () => {
  const refusal = (bytes: Uint8Array, asked = question()) =>
    normalizeResponse(bytes, asked, { authenticated: true });
  const answers = [record("www.example.com.", 1, ADDRESS)];

  test("what readResponse refuses", () => {
    assert.equal(refusal(hex("00")), "short");
    assert.equal(refusal(message({ flags: 0x8180 })), "question");
    assert.equal(refusal(joined(response({ answers }), hex("00"))), "trailing");
    assert.equal(refusal(response({ answers: [record(".", 1, hex("00"))] })), "rdata");
  });

  test("question-mismatch: name, type or class of another question", () => {
    assert.equal(refusal(response({ qname: "www.example.net.", answers })), "question-mismatch");
    assert.equal(refusal(response({ qname: "example.com.", answers })), "question-mismatch");
    assert.equal(refusal(response({ qtype: 28, answers })), "question-mismatch");
    assert.equal(refusal(response({ qclass: 3, answers })), "question-mismatch");
    assert.ok(typeof refusal(response({ qname: "WWW.Example.Com.", answers })) !== "string");
  });

  test("truncated: TC is set", () => {
    assert.equal(refusal(response({ flags: 0x8380, answers })), "truncated");
    assert.equal(refusal(response({ flags: 0x8382 })), "truncated");
  });

  test("too-long: over 65,535 bytes once written out", () => {
    const target = `${"a".repeat(63)}.`.repeat(3) + "test.";
    const srv = (i: number, name: Uint8Array) =>
      record(
        hex("c00c"),
        TYPE.SRV,
        joined(hex("0001"), Uint8Array.of(i >> 8, i), hex("0035"), name),
      );
    const first = srv(0, wire(target));
    const pointer = Uint8Array.of(0xc0, 33 + 18);
    const more = Array.from({ length: 400 }, (_, i) => srv(i + 1, pointer));
    const bytes = response({ qtype: TYPE.SRV, answers: [first, ...more] });
    assert.ok(bytes.length < 9000);
    assert.equal(refusal(bytes, question("www.example.com.", TYPE.SRV)), "too-long");
    const fewer = response({ qtype: TYPE.SRV, answers: [first, ...more.slice(0, 290)] });
    const result = normalized(fewer, question("www.example.com.", TYPE.SRV));
    assert.equal(result.ttlOffsets.length, 291);
    assert.equal(result.bytes.length, 33 + 291 * (18 + wire(target).length));
  });

  test("too-long, also by the very last record", () => {
    const opaque = (length: number) =>
      record(hex("c00c"), 65_280, joined(hex("01"), new Uint8Array(length - 1)));
    const room = 65_535 - 33 - 12;
    const asked = question("www.example.com.", 65_280);
    const whole = response({ qtype: 65_280, answers: [opaque(room)] });
    assert.equal(normalized(whole, asked).bytes.length, 65_535);
    const authority = record("example.com.", TYPE.NSEC, joined(wire("a."), hex("000140")));
    const signature = record(hex("c00c"), TYPE.RRSIG, rrsigRdata(65_280, "example.com."));
    const over = response({
      qtype: 65_280,
      answers: [opaque(room - signature.length), signature],
      authorities: [authority],
    });
    assert.equal(refusal(over, asked), "too-long");
  });
});
