// Both ways to print a response: messages made by dns-packet, read back as text and as JSON.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import dnsPacket, { type Answer, type Packet } from "dns-packet";
import { responseJson } from "../../../src/commands/response-json.ts";
import { responseText, shortText } from "../../../src/commands/response-text.ts";
import { type ResponseView, viewResponse } from "../../../src/commands/response-view.ts";

const EXCHANGE = { server: "udp://192.0.2.53:53", timeMs: 12.4, messageBytes: 99 };
const RD_RA = dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE;

function view(packet: Packet): ResponseView {
  const questions = [{ type: "A", name: "a.example" }] as const;
  const message = dnsPacket.encode({
    ...{ type: "response", id: 0, flags: RD_RA, questions: [...questions] },
    ...packet,
  });
  const found = viewResponse(message);
  if (typeof found === "string") return assert.fail(found);
  return found;
}

const ANSWERED = (): ResponseView =>
  view({
    flags: RD_RA | dnsPacket.AUTHENTIC_DATA,
    questions: [{ type: "AAAA", name: "Www.Example" }],
    answers: [
      { type: "CNAME", name: "Www.Example", ttl: 300, data: "b.example" },
      { type: "AAAA", name: "b.example", ttl: 60, data: "2001:db8::1" },
    ],
    authorities: [{ type: "NS", name: "example", ttl: 3600, data: "ns.example" }],
    additionals: [
      { type: "A", name: "ns.example", ttl: 3600, data: "192.0.2.1" },
      {
        ...{ type: "OPT", name: ".", udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0 },
        ...{ flags: dnsPacket.DNSSEC_OK, flag_do: true, options: [] },
      },
    ],
  });

/** An OPT record with an extended error. */
function opt(infoCode: number, text: string, extendedRcode = 0): Answer {
  const data = Buffer.concat([Buffer.of(infoCode >> 8, infoCode & 255), Buffer.from(text)]);
  return {
    ...{ type: "OPT", name: ".", udpPayloadSize: 512, extendedRcode, ednsVersion: 0 },
    ...{ flags: 0, flag_do: false, options: [{ code: 15, data } as never] },
  };
}

describe("as text", () => {
  test("every section, in dig's layout", () => {
    assert.equal(
      responseText(ANSWERED(), EXCHANGE),
      `;; opcode: QUERY, status: NOERROR
;; flags: qr rd ra ad; QUERY: 1, ANSWER: 2, AUTHORITY: 1, ADDITIONAL: 1
;; EDNS: version: 0, flags: do; udp: 1232

;; QUESTION SECTION:
;Www.Example.\t\tIN\tAAAA

;; ANSWER SECTION:
Www.Example.\t300\tIN\tCNAME\tb.example.
b.example.\t60\tIN\tAAAA\t2001:db8::1

;; AUTHORITY SECTION:
example.\t3600\tIN\tNS\tns.example.

;; ADDITIONAL SECTION:
ns.example.\t3600\tIN\tA\t192.0.2.1

;; Query time: 12 ms
;; Server: udp://192.0.2.53:53
;; Message size: 99 bytes`,
    );
  });

  test("a failure and why", () => {
    const text = responseText(
      view({ flags: RD_RA | 2, additionals: [opt(22, "all of them")] }),
      EXCHANGE,
    );
    assert.match(text, /^;; opcode: QUERY, status: SERVFAIL\n/);
    assert.match(text, /^;; extended error: 22 \(No Reachable Authority\): all of them$/m);
    assert.doesNotMatch(text, /ANSWER SECTION/);
  });

  test("an extended error without a text or a known name", () => {
    const line = (infoCode: number): string | undefined =>
      /^;; extended error.*$/m.exec(
        responseText(view({ additionals: [opt(infoCode, "")] }), EXCHANGE),
      )?.[0];
    assert.equal(line(3), ";; extended error: 3 (Stale Answer)");
    assert.equal(line(4000), ";; extended error: 4000");
  });

  test("an rcode of more than four bits", () => {
    const text = responseText(view({ additionals: [opt(0, "", 1)] }), EXCHANGE);
    assert.match(text, /status: BADVERS\n/);
  });

  test("--short is the RDATA of the answers alone", () => {
    assert.equal(shortText(ANSWERED()), "b.example.\n2001:db8::1");
    assert.equal(shortText(view({})), "");
  });
});

test("as JSON, in the form of RFC 8427", () => {
  assert.deepEqual(JSON.parse(responseJson(ANSWERED(), EXCHANGE)), {
    ...{ Opcode: 0, QR: 1, AA: 0, TC: 0, RD: 1, RA: 1, AD: 1, CD: 0, RCODE: 0 },
    ...{ QDCOUNT: 1, ANCOUNT: 2, NSCOUNT: 1, ARCOUNT: 1 },
    ...{ QNAME: "Www.Example.", QTYPE: 28, QTYPEname: "AAAA", QCLASS: 1, QCLASSname: "IN" },
    answerRRs: [
      {
        ...{ NAME: "Www.Example.", TYPE: 5, TYPEname: "CNAME", CLASS: 1, CLASSname: "IN" },
        ...{ TTL: 300, rdataCNAME: "b.example." },
      },
      {
        ...{ NAME: "b.example.", TYPE: 28, TYPEname: "AAAA", CLASS: 1, CLASSname: "IN" },
        ...{ TTL: 60, rdataAAAA: "2001:db8::1" },
      },
    ],
    authorityRRs: [
      {
        ...{ NAME: "example.", TYPE: 2, TYPEname: "NS", CLASS: 1, CLASSname: "IN" },
        ...{ TTL: 3600, rdataNS: "ns.example." },
      },
    ],
    additionalRRs: [
      {
        ...{ NAME: "ns.example.", TYPE: 1, TYPEname: "A", CLASS: 1, CLASSname: "IN" },
        ...{ TTL: 3600, rdataA: "192.0.2.1" },
      },
    ],
    ...{ rcodeName: "NOERROR", server: "udp://192.0.2.53:53", timeMs: 12, messageBytes: 99 },
  });
  const failed = JSON.parse(
    responseJson(view({ flags: RD_RA | 2, additionals: [opt(23, "")] }), EXCHANGE),
  );
  assert.equal(failed.RCODE, 2);
  assert.equal(failed.rcodeName, "SERVFAIL");
  assert.deepEqual(failed.extendedError, { code: 23, name: "Network Error", text: "" });
});

test("what is not a response to one question is named", () => {
  assert.equal(viewResponse(new Uint8Array(5)), "short");
  const query = dnsPacket.encode({ type: "query", questions: [{ type: "A", name: "a.example" }] });
  assert.equal(viewResponse(query), "not-a-response");
});

describe("RDATA of", () => {
  const hex = (text: string): Buffer => Buffer.from(text, "hex");
  const cases: [type: string, data: unknown, text: string][] = [
    ["A", "192.0.2.1", "192.0.2.1"],
    ["AAAA", "2001:db8:0:0:1::", "2001:db8:0:0:1::"],
    ["NS", "ns.example", "ns.example."],
    ["PTR", "a b.example", "a\\032b.example."],
    ["DNAME", "c.example", "c.example."],
    ["MX", { preference: 10, exchange: "mx.example" }, "10 mx.example."],
    ["SRV", { priority: 1, weight: 2, port: 853, target: "." }, "1 2 853 ."],
    ["TXT", ['say "hi"', "\u001b[2J"], '"say \\034hi\\034" "\\027[2J"'],
    ["HINFO", { cpu: "RFC8482", os: "" }, '"RFC8482" ""'],
    ["CAA", { flags: 128, tag: "issue", value: "ca.example" }, '128 issue "ca.example"'],
    [
      "SOA",
      {
        ...{ mname: "ns.example", rname: "host\\.master.example", serial: 1, refresh: 2 },
        ...{ retry: 3, expire: 4, minimum: 5 },
      },
      "ns.example. host\\.master.example. 1 2 3 4 5",
    ],
    [
      "NAPTR",
      {
        ...{ order: 1, preference: 2, flags: "u", services: "E2U+sip" },
        ...{ regexp: "!^.*$!sip:a!", replacement: "." },
      },
      '1 2 "u" "E2U+sip" "!^.*$!sip:a!" .',
    ],
    ["TLSA", { usage: 3, selector: 1, matchingType: 1, certificate: hex("00ab") }, "3 1 1 00AB"],
    ["DS", { keyTag: 60485, algorithm: 5, digestType: 1, digest: hex("2bb1") }, "60485 5 1 2BB1"],
    ["DNSKEY", { flags: 257, algorithm: 13, key: hex("010203") }, "257 3 13 AQID"],
    [
      "RRSIG",
      {
        ...{ typeCovered: "A", algorithm: 5, labels: 3, originalTTL: 86400, keyTag: 2642 },
        ...{ expiration: 1_048_354_263, inception: 1_045_762_263, signersName: "example.com" },
        signature: hex("010203"),
      },
      "A 5 3 86400 20030322173103 20030220173103 2642 example.com. AQID",
    ],
    [
      "NSEC",
      { nextDomain: "host.example", rrtypes: ["A", "UNKNOWN_65", "UNKNOWN_1234"] },
      "host.example. A HTTPS TYPE1234",
    ],
    [
      "NSEC3",
      {
        ...{ algorithm: 1, flags: 1, iterations: 12, salt: hex("aabb") },
        ...{ nextDomain: Buffer.alloc(20, 0xff), rrtypes: ["NS", "RRSIG"] },
      },
      `1 1 12 AABB ${"V".repeat(32)} NS RRSIG`,
    ],
    [
      "NSEC3",
      {
        ...{ algorithm: 1, flags: 0, iterations: 0, salt: hex("") },
        ...{ nextDomain: Buffer.alloc(20), rrtypes: [] },
      },
      `1 0 0 - ${"0".repeat(32)}`,
    ],
    ["UNKNOWN_65", hex("000100"), "1 ."],
    ["UNKNOWN_65280", hex("0aff"), "\\# 2 0AFF"],
  ];
  for (const [type, data, text] of cases) {
    test(`${type}: ${text}`, () => {
      const answer = { type, name: "a.example", ttl: 1, data } as unknown as Answer;
      assert.equal(view({ answers: [answer] }).records[0]!.rdata, text);
    });
  }

  test("what dns-packet can't take apart falls back to hex", () => {
    const dnskey = { type: "DNSKEY", data: { flags: 0, algorithm: 13, key: hex("0102") } };
    const message = dnsPacket.encode({
      ...{ type: "response", questions: [{ type: "A", name: "a.example" }] },
      answers: [{ ...dnskey, name: "a.example", ttl: 1 } as unknown as Answer],
    });
    // The protocol field, which dns-packet wants to be 3.
    message[message.length - 4] = 7;
    const found = viewResponse(message);
    assert.ok(typeof found !== "string", String(found));
    assert.equal(found.records[0]!.rdata, "\\# 6 0000070D0102");
  });
});
