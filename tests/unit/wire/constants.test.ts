// The registered numbers agree with those of an independent implementation, name by name.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import dnsPacket from "dns-packet";
import type { Answer, Question } from "dns-packet";
import { CLASS, OPTION, TYPE } from "../../../src/wire/constants.ts";

/** Names that the other implementation does not know. */
const UNKNOWN_TYPES = new Set<string>([
  ...["MD", "MF", "MB", "MG", "MR", "WKS", "MINFO", "X25", "ISDN", "RT", "PX", "NXT", "SMIMEA"],
  ...["OPENPGPKEY", "CSYNC", "ZONEMD", "SVCB", "HTTPS", "EUI48", "EUI64", "MAILB", "MAILA", "URI"],
]);

describe("constants", () => {
  test("TYPE agrees with dns-packet", () => {
    for (const [name, number] of Object.entries(TYPE)) {
      if (UNKNOWN_TYPES.has(name)) continue;
      const question = { name: ".", type: name as Question["type"] };
      assert.equal(dnsPacket.encode({ questions: [question] }).readUInt16BE(13), number, name);
    }
  });

  test("CLASS agrees with dns-packet", () => {
    for (const name of ["IN", "CH", "HS", "ANY"] as const) {
      const question: Question = { name: ".", type: "A", class: name };
      assert.equal(dnsPacket.encode({ questions: [question] }).readUInt16BE(15), CLASS[name], name);
    }
  });

  test("OPTION agrees with dns-packet", () => {
    const names = { NSID: "NSID", ECS: "CLIENT_SUBNET", COOKIE: "COOKIE" } as const;
    const more = { KEEPALIVE: "TCP_KEEPALIVE", PADDING: "PADDING" } as const;
    for (const [ours, theirs] of Object.entries({ ...names, ...more })) {
      const options = [{ code: theirs, data: Buffer.alloc(1) }];
      const opt = { type: "OPT", name: ".", options } as unknown as Answer;
      const code = dnsPacket.encode({ additionals: [opt] }).readUInt16BE(23);
      assert.equal(code, OPTION[ours as keyof typeof OPTION], ours);
    }
  });

  test("no two types share a number", () => {
    const numbers = Object.values(TYPE);
    assert.equal(new Set(numbers).size, numbers.length);
  });
});
