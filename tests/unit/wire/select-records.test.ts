// What of a response is relayed: what was asked for, and what proves it. Everything else is
// stripped.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TYPE } from "../../../src/wire/constants.ts";
import { hex, joined, record, response, rrsigRdata, soaRdata, wire } from "./compose.ts";
import type { MessageParts } from "./compose.ts";
import { normalized, question, recordLines } from "./normalized.ts";

const NAME = "www.example.com.";
const ZONE = "example.com.";

const a = (owner: string, last = 1) => record(owner, TYPE.A, Uint8Array.of(192, 0, 2, last), 60);
const ns = (owner: string, target: string) => record(owner, TYPE.NS, wire(target), 60);
const soa = (owner: string) => record(owner, TYPE.SOA, soaRdata("ns.", "root.", 60), 60);
const nsec = (owner: string) =>
  record(owner, TYPE.NSEC, joined(wire("z.example.com."), hex("00 01 40")), 60);
const nsec3 = (owner: string) =>
  record(owner, TYPE.NSEC3, hex("01 00 0000 00 02 abcd 00 01 40"), 60);
const rrsig = (owner: string, covered: number, signer: string) =>
  record(owner, TYPE.RRSIG, rrsigRdata(covered, signer), 60);

function kept(parts: Partial<MessageParts>, asked = question()): string[] {
  const lines = recordLines(normalized(response(parts), asked).bytes);
  return lines.map((line) => line.replace(/ 60$/, ""));
}

describe("the answer", () => {
  test("has no owner, type or class that was not asked for", () => {
    const foreignClass = record(NAME, TYPE.A, hex("c0000209"), 60, 3);
    const answers = [
      a("www.example.net."),
      a("example.com."),
      a("a.www.example.com."),
      a(NAME),
      record(NAME, TYPE.AAAA, new Uint8Array(16)),
      foreignClass,
      ns(ZONE, "ns.evil.test."),
    ];
    assert.deepEqual(kept({ answers }), [`answer ${NAME} A`]);
  });

  test("leaves a single foreign record behind", () => {
    const foreign = [
      a("www.example.net."),
      record(NAME, TYPE.AAAA, new Uint8Array(16), 60),
      record(NAME, TYPE.A, hex("c0000209"), 60, 3),
    ];
    for (const one of foreign) {
      assert.deepEqual(kept({ answers: [a(NAME), one] }), [`answer ${NAME} A`]);
      assert.deepEqual(kept({ answers: [one] }), []);
    }
    assert.deepEqual(kept({ authorities: [a(NAME)] }), []);
    assert.deepEqual(kept({ additionals: [a(NAME)] }), []);
    assert.deepEqual(kept({ answers: [a(NAME)], additionals: [a(NAME, 2)] }), [`answer ${NAME} A`]);
  });

  test("takes no alias of another owner or class into its chain", () => {
    const answers = [
      record(NAME, TYPE.CNAME, wire("evil.test."), 60, 3),
      record("x.test.", TYPE.CNAME, wire("evil.test."), 60),
      a("evil.test."),
    ];
    assert.deepEqual(kept({ answers }), []);
  });

  test("has the signatures of what is kept, and no others", () => {
    const target = "b.example.com.";
    const answers = [
      record(NAME, TYPE.CNAME, wire(target), 60),
      rrsig(NAME, TYPE.CNAME, ZONE),
      rrsig(NAME, TYPE.A, ZONE),
      a(target),
      rrsig(target, TYPE.A, ZONE),
      rrsig(target, TYPE.CNAME, ZONE),
      rrsig(target, TYPE.AAAA, ZONE),
      rrsig("c.example.com.", TYPE.A, ZONE),
    ];
    assert.deepEqual(kept({ answers }), [
      `answer ${NAME} CNAME`,
      `answer ${NAME} RRSIG`,
      `answer ${target} A`,
      `answer ${target} RRSIG`,
    ]);
  });

  test("to a question for RRSIG has them all", () => {
    const answers = [rrsig(NAME, TYPE.A, ZONE), rrsig(NAME, TYPE.MX, ZONE), a(NAME)];
    const lines = kept({ qtype: TYPE.RRSIG, answers }, question(NAME, TYPE.RRSIG));
    assert.deepEqual(lines, [`answer ${NAME} RRSIG`, `answer ${NAME} RRSIG`]);
  });

  test("to a question for ANY has all types at the name", () => {
    const answers = [a(NAME), ns(NAME, "ns."), rrsig(NAME, TYPE.A, ZONE), a(ZONE)];
    const lines = kept({ qtype: TYPE.ANY, answers }, question(NAME, TYPE.ANY));
    assert.deepEqual(lines, [`answer ${NAME} A`, `answer ${NAME} NS`, `answer ${NAME} RRSIG`]);
  });

  test("has each record once", () => {
    const mx = (target: Uint8Array) => record(NAME, TYPE.MX, joined(hex("000a"), target), 60);
    const answers = [
      mx(wire("mx.example.com.")),
      mx(wire("MX.example.com.")),
      mx(hex("026d78c010")),
    ];
    const asked = question(NAME, TYPE.MX);
    assert.deepEqual(kept({ qtype: TYPE.MX, answers }, asked), [`answer ${NAME} MX`]);
    assert.equal(kept({ answers: [a(NAME, 1), a(NAME, 2), a(NAME, 1)] }).length, 2);
  });

  test("keeps the order of its records", () => {
    const bytes = response({ answers: [a(NAME, 3), a(NAME, 1), a(NAME, 2)] });
    const result = normalized(bytes);
    assert.deepEqual(
      [...result.ttlOffsets].map((at) => result.bytes[at + 9]),
      [3, 1, 2],
    );
  });
});

describe("a positive response", () => {
  test("has neither authorities nor additional records", () => {
    const lines = kept({
      answers: [a(NAME)],
      authorities: [ns(ZONE, "ns.example.com."), soa(ZONE), nsec(NAME)],
      additionals: [a("ns.example.com."), a(NAME, 2)],
    });
    assert.deepEqual(lines, [`answer ${NAME} A`]);
  });

  test("has the proof of a wildcard from the zone that signed it", () => {
    const lines = kept({
      answers: [a(NAME), rrsig(NAME, TYPE.A, ZONE)],
      authorities: [
        ns(ZONE, "ns.example.com."),
        soa(ZONE),
        rrsig(ZONE, TYPE.NS, ZONE),
        rrsig(ZONE, TYPE.SOA, ZONE),
        nsec("v.example.com."),
        rrsig("v.example.com.", TYPE.NSEC, ZONE),
        nsec3("abc.example.com."),
        rrsig("abc.example.com.", TYPE.NSEC3, ZONE),
        nsec("v.example.net."),
        rrsig("v.example.net.", TYPE.NSEC, "example.net."),
      ],
    });
    assert.deepEqual(lines, [
      `answer ${NAME} A`,
      `answer ${NAME} RRSIG`,
      "authority v.example.com. NSEC",
      "authority v.example.com. RRSIG",
      "authority abc.example.com. NSEC3",
      "authority abc.example.com. RRSIG",
    ]);
  });

  test("does not believe a signer that is not at or above what it signs", () => {
    const answers = [a(NAME), rrsig(NAME, TYPE.A, "evil.test.")];
    const authorities = [nsec("a.evil.test."), nsec("v.example.com.")];
    assert.deepEqual(kept({ answers, authorities }), [`answer ${NAME} A`, `answer ${NAME} RRSIG`]);
  });
});

describe("a negative response", () => {
  test("has the SOA with its signature, and the proofs from its zone", () => {
    for (const flags of [0x8180, 0x8183]) {
      const lines = kept({
        flags,
        authorities: [
          soa(ZONE),
          rrsig(ZONE, TYPE.SOA, ZONE),
          rrsig(NAME, TYPE.SOA, ZONE),
          nsec("v.example.com."),
          rrsig("v.example.com.", TYPE.NSEC, ZONE),
          nsec3("abc.example.com."),
          nsec("com."),
          nsec("v.example.net."),
          rrsig("v.example.net.", TYPE.NSEC, "example.net."),
          ns(ZONE, "ns.example.com."),
          a(NAME),
        ],
        additionals: [a("ns.example.com.")],
      });
      assert.deepEqual(lines, [
        "authority example.com. SOA",
        "authority example.com. RRSIG",
        "authority v.example.com. NSEC",
        "authority v.example.com. RRSIG",
        "authority abc.example.com. NSEC3",
      ]);
    }
  });

  test("takes an SOA at or above the name only, and one", () => {
    const authorities = (owner: string) => kept({ authorities: [soa(owner)] });
    assert.deepEqual(authorities(NAME), [`authority ${NAME} SOA`]);
    assert.deepEqual(authorities("COM."), ["authority com. SOA"]);
    assert.deepEqual(authorities("."), ["authority . SOA"]);
    assert.deepEqual(authorities("example.net."), []);
    assert.deepEqual(authorities("a.www.example.com."), []);
    assert.deepEqual(authorities("ample.com."), []);
    const several = kept({ authorities: [soa("example.net."), soa(ZONE), soa("com.")] });
    assert.deepEqual(several, ["authority example.com. SOA"]);
  });

  test("takes the SOA of where the chain ends", () => {
    const answers = [record(NAME, TYPE.CNAME, wire("a.test."), 60)];
    assert.deepEqual(kept({ answers, authorities: [soa(ZONE), soa("test.")] }), [
      `answer ${NAME} CNAME`,
      "authority test. SOA",
    ]);
  });

  test("has the proofs of the zones that signed its aliases as well", () => {
    const answers = [record(NAME, TYPE.CNAME, wire("a.test."), 60), rrsig(NAME, TYPE.CNAME, ZONE)];
    const authorities = [soa("test."), nsec("b.test."), nsec("v.example.com."), nsec("x.other.")];
    assert.deepEqual(kept({ flags: 0x8183, answers, authorities }).slice(2), [
      "authority test. SOA",
      "authority b.test. NSEC",
      "authority v.example.com. NSEC",
    ]);
  });

  test("takes no SOA from the answer or the additional section, nor of another class", () => {
    const foreign = record(ZONE, TYPE.SOA, soaRdata("ns.", "root.", 60), 60, 3);
    const lines = kept({
      flags: 0x8183,
      answers: [soa(ZONE)],
      authorities: [foreign],
      additionals: [soa(ZONE)],
    });
    assert.deepEqual(lines, []);
  });

  test("is what a referral comes to", () => {
    const bytes = response({
      authorities: [ns(ZONE, "ns.example.com."), rrsig(ZONE, TYPE.DS, "com."), nsec("a.com.")],
      additionals: [a("ns.example.com.")],
    });
    const result = normalized(bytes);
    assert.deepEqual([result.kind, result.ttlSeconds], ["nodata", 0]);
    assert.deepEqual(recordLines(result.bytes), []);
  });
});
