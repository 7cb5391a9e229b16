// Random messages in dns-packet's form, from a small world of names so that suffixes, aliases and
// zones meet often.

import { Buffer } from "node:buffer";
import type { Answer, Packet, Question } from "dns-packet";
import fc from "fast-check";

const NAMES = [
  ...[".", "test", "Test", "q.test", "Q.tEST", "a.test", "b.test", "B.test", "x.other", "other"],
  ...["c.a.test", "c.b.test", "C.A.test", "d.c.a.test", "d.c.b.test", "*.test", "_tcp.a.test"],
  ...[`${"l".repeat(63)}.test`, "underscore_.-hyphen.test"],
];
const TYPES = ["A", "AAAA", "CNAME", "DNAME", "NS", "SOA", "MX", "TXT", "NSEC", "RRSIG"];
const TTLS = [0, 1, 60, 300, 10_800, 86_400, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

export const nameText: fc.Arbitrary<string> = fc.constantFrom(...NAMES);
const octets = (maxLength: number, minLength = 0): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes));
const ttl = fc.constantFrom(...TTLS);
const word = fc.nat(65_535);
const long = fc.nat(0x7fff_ffff);
const octet = fc.nat(255);
const asciiText = fc.string({ unit: "binary-ascii", maxLength: 12 });
const rrtypes = fc.uniqueArray(fc.constantFrom(...TYPES, "SRV", "CAA", "UNKNOWN_65"), {
  maxLength: 5,
});

function address(parts: readonly number[]): string {
  return parts.join(".");
}

/** The data of each type, in dns-packet's form. */
const DATA: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  A: fc.array(octet, { minLength: 4, maxLength: 4 }).map(address),
  AAAA: fc.constantFrom("::", "::1", "2001:db8::1", "fe80::ff:1"),
  NS: nameText,
  CNAME: nameText,
  DNAME: nameText,
  PTR: nameText,
  SOA: fc.record({
    ...{ mname: nameText, rname: nameText, serial: long, refresh: long, retry: long },
    ...{ expire: long, minimum: ttl },
  }),
  MX: fc.record({ preference: word, exchange: nameText }),
  SRV: fc.record({ priority: word, weight: word, port: word, target: nameText }),
  TXT: fc.array(octets(20), { minLength: 1, maxLength: 3 }),
  HINFO: fc.record({ cpu: asciiText, os: asciiText }),
  CAA: fc.record({
    ...{ flags: fc.constantFrom(0, 128), tag: fc.constantFrom("issue", "iodef") },
    ...{ value: asciiText },
  }),
  NAPTR: fc.record({
    ...{ order: word, preference: word, flags: asciiText, services: asciiText },
    ...{ regexp: asciiText, replacement: nameText },
  }),
  RP: fc.record({ mbox: nameText, txt: nameText }),
  DS: fc.record({ keyTag: word, algorithm: octet, digestType: octet, digest: octets(20, 1) }),
  DNSKEY: fc.record({ flags: word, algorithm: octet, key: octets(20, 1) }),
  RRSIG: fc.record({
    ...{ typeCovered: fc.constantFrom(...TYPES), algorithm: octet, labels: octet },
    ...{ originalTTL: long, expiration: long, inception: long, keyTag: word },
    ...{ signersName: nameText, signature: octets(16, 1) },
  }),
  NSEC: fc.record({ nextDomain: nameText, rrtypes }),
  NSEC3: fc.record({
    ...{ algorithm: octet, flags: octet, iterations: word, salt: octets(8) },
    ...{ nextDomain: octets(20, 1), rrtypes },
  }),
  TLSA: fc.record({ usage: octet, selector: octet, matchingType: octet, certificate: octets(32) }),
  SSHFP: fc.constant({ algorithm: 4, hash: 1, fingerprint: "AB".repeat(20) }),
  UNKNOWN_65280: octets(24),
};

/** Mostly one kind of class, so that most records concern the question. */
const classText = fc.constantFrom("IN", "IN", "IN", "IN", "IN", "IN", "CH");

function recordOf(type: string): fc.Arbitrary<Answer> {
  const fields = { name: nameText, ttl, class: classText, data: DATA[type]! };
  return fc.record(fields).map((rest) => ({ type, ...rest }) as unknown as Answer);
}

/** Any type that dns-packet can write. */
const anyRecord: fc.Arbitrary<Answer> = fc.oneof(...Object.keys(DATA).map(recordOf));
/** Few names, most of which can be reached from each other by aliases. */
const nearName = fc.constantFrom(
  "q.test",
  "c.a.test",
  "C.b.test",
  "d.c.a.test",
  "a.test",
  "b.test",
);
const zoneName = fc.constantFrom("test", "a.test", "Test", ".", "other");

/** A record of the types that decide what a response means. */
function nearRecord(type: string, name: fc.Arbitrary<string> = nearName): fc.Arbitrary<Answer> {
  const alias = ["CNAME", "DNAME"].includes(type) ? { data: nearName } : {};
  const signature = type === "RRSIG" ? { data: nearSignature } : {};
  const fields = { name, ttl, class: classText, data: DATA[type]!, ...alias, ...signature };
  return fc.record(fields).map((rest) => ({ type, ...rest }) as unknown as Answer);
}

const nearSignature = fc
  .record({
    data: DATA["RRSIG"] as fc.Arbitrary<object>,
    typeCovered: fc.constantFrom("A", "A", "CNAME", "DNAME", "SOA", "NSEC", "NSEC3", "MX"),
    signersName: zoneName,
  })
  .map(({ data, ...rest }) => ({ ...data, ...rest }));
const answer: fc.Arbitrary<Answer> = fc.oneof(
  ...["A", "A", "A", "CNAME", "CNAME", "CNAME", "DNAME", "RRSIG", "RRSIG", "MX"].map((type) =>
    nearRecord(type),
  ),
);
/** A DNAME, and a CNAME that is made from it if all goes well. */
const redirection: fc.Arbitrary<Answer[]> = fc
  .record({ from: fc.constantFrom("a.test", "A.test", "c.a.test"), ttl })
  .map(({ from, ttl: seconds }) => [
    { type: "DNAME", name: from, ttl: seconds, class: "IN", data: "b.test" },
    { type: "CNAME", name: "c.a.test", ttl: seconds, class: "IN", data: "C.b.test" },
  ]);
const answers = fc.array(
  fc.oneof({ weight: 8, arbitrary: fc.tuple(answer) }, { weight: 1, arbitrary: redirection }),
  { maxLength: 12 },
);
const authority: fc.Arbitrary<Answer> = fc.oneof(
  nearRecord("SOA", zoneName),
  nearRecord("RRSIG", zoneName),
  ...["NS", "NSEC", "NSEC3", "RRSIG", "SOA", "A", "DS"].map((type) => nearRecord(type)),
);

const option = fc.oneof(
  fc.record({ code: fc.constantFrom("COOKIE"), data: octets(8, 8) }),
  fc.record({ code: fc.constantFrom("PADDING", "CLIENT_SUBNET"), data: octets(12, 4) }),
  fc.record({ code: fc.constant("TCP_KEEPALIVE"), data: octets(2, 2) }),
  fc.record({ code: fc.constantFrom("NSID", "OPTION_65001"), data: octets(9) }),
  fc.record({ code: fc.constant("OPTION_15"), data: octets(20, 2) }),
);

export const optRecord: fc.Arbitrary<Answer> = fc
  .record({
    udpPayloadSize: fc.integer({ min: 1, max: 65_535 }),
    extendedRcode: fc.constantFrom(0, 0, 0, 0, 0, 1, 255),
    ednsVersion: fc.constantFrom(0, 0, 0, 0, 0, 1),
    flags: fc.constantFrom(0, 0x8000, 0x8001),
    options: fc.uniqueArray(option, { selector: ({ code }) => code, maxLength: 4 }),
  })
  .map((fields) => ({ type: "OPT", name: ".", ...fields }) as unknown as Answer);

const question: fc.Arbitrary<Question> = fc.record({
  name: nameText,
  type: fc.constantFrom(...TYPES, "PTR", "ANY", "UNKNOWN_65") as fc.Arbitrary<Question["type"]>,
  class: fc.constantFrom("IN", "CH") as fc.Arbitrary<"IN" | "CH">,
});
const optional: fc.Arbitrary<Answer[]> = fc.array(optRecord, { maxLength: 1 });

/** A query as a stub sends it, with any flags but QR and opcode. */
export const queryPacket: fc.Arbitrary<Packet> = fc
  .record({ id: word, flags: fc.nat(0x07ff), question, additionals: optional })
  .map(({ question: asked, ...rest }) => ({ ...rest, type: "query", questions: [asked] }));

/** A well-formed response of records that have nothing to do with each other. */
export const looseResponse: fc.Arbitrary<Packet> = fc
  .record({
    ...{ id: word, flags: fc.nat(0x07ff), question },
    answers: fc.array(anyRecord, { maxLength: 6 }),
    authorities: fc.array(anyRecord, { maxLength: 4 }),
    additionals: fc.tuple(fc.array(anyRecord, { maxLength: 3 }), optional).map((all) => all.flat()),
  })
  .map(({ question: asked, ...rest }) => ({ ...rest, type: "response", questions: [asked] }));

/** A well-formed response whose aliases, denials and proofs often concern its question. */
export const tellingResponse: fc.Arbitrary<Packet> = fc
  .record({
    id: word,
    rcode: fc.constantFrom(0, 0, 0, 0, 3, 3, 2),
    bits: fc.constantFrom(0x0180, 0x01a0, 0x05b0),
    name: nearName,
    type: fc.constantFrom("A", "A", "A", "MX", "CNAME", "RRSIG", "ANY", "DNAME"),
    answers: answers.map((groups) => groups.flat()),
    authorities: fc.array(authority, { maxLength: 6 }),
    additionals: fc.oneof(fc.array(recordOf("A"), { maxLength: 2 }), optional),
  })
  .map(({ rcode, bits, name, type, ...rest }) => ({
    ...rest,
    type: "response",
    flags: bits | rcode,
    questions: [{ name, type: type as Question["type"], class: "IN" }],
  }));
