// Making of an upstream's response the one that is kept: one address, and a chain of aliases.

import assert from "node:assert/strict";
import * as dnsPacket from "dns-packet";
import { textToName } from "../../../src/wire/name-text.ts";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import type { HotCase } from "../hot-case.ts";

export const title = "wire: normalize a response";

const NAME = "www.example.com";
const ADDRESS = { type: "A", ttl: 300, data: "192.0.2.1" };

export function cases(): readonly HotCase[] {
  return [
    hotCase("one address", [{ ...ADDRESS, name: NAME }]),
    hotCase("two aliases and two addresses", [
      { type: "CNAME", name: NAME, ttl: 300, data: "cdn.example.net" },
      { type: "CNAME", name: "cdn.example.net", ttl: 60, data: "edge7.cdn.example.net" },
      { ...ADDRESS, name: "edge7.cdn.example.net" },
      { ...ADDRESS, name: "edge7.cdn.example.net", data: "192.0.2.2" },
    ]),
  ];
}

function hotCase(name: string, answers: readonly object[]): HotCase {
  const questions = [{ type: "A", name: NAME }];
  const packet = { type: "response", flags: 0x180, questions, answers };
  const message = new Uint8Array(dnsPacket.encode(packet as dnsPacket.Packet));
  const question = { qname: textToName(NAME), qtype: 1, qclass: 1 };
  const run = (): unknown => normalizeResponse(message, question, { authenticated: true });
  const normalized = normalizeResponse(message, question, { authenticated: true });
  assert.ok(typeof normalized !== "string");
  assert.equal(normalized.ttlOffsets.length, answers.length);
  return { name, run };
}
