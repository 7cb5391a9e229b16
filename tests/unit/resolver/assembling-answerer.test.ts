// Hits that are assembled of their records say the same as those that are copied whole.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssemblingAnswerer } from "../../../src/resolver/assembling-answerer.ts";
import { createAnswerer } from "../../../src/resolver/create-answerer.ts";
import { RCODE } from "../../../src/wire/constants.ts";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import { Answering, OUT_CAPACITY, OUT_OFFSET } from "../../answering.ts";
import { encode } from "../../scripted-group.ts";

const set = new Answering();
const LOOPBACK = {
  bytes: new Uint8Array([...Array<number>(10).fill(0), 255, 255, 127, 0, 0, 0]),
  prefixLength: 104,
};
const settings = {
  cache: set.memory,
  keySecret: set.secret,
  cookieSecret: new Uint8Array(16),
  networks: [LOOPBACK],
  keepalive: new Uint8Array(2),
};
const finished = createAnswerer(settings);
const assembling = createAnswerer({ ...settings, finished: false });

const soa = {
  ...{ type: "SOA", name: "example", ttl: 60 },
  data: { mname: "ns.example", rname: "a.example", serial: 1, minimum: 30 },
};
const RESPONSES: Record<string, { type: string; packet: Record<string, unknown> }> = {
  "one.example": {
    type: "A",
    packet: { answers: [{ type: "A", name: "one.example", ttl: 300, data: "192.0.2.1" }] },
  },
  "mail.example": {
    type: "MX",
    packet: {
      answers: ["a", "b"].map((host, i) => ({
        ...{ type: "MX", name: "mail.example", ttl: 100 + i },
        data: { preference: i, exchange: `${host}.mail.example` },
      })),
    },
  },
  "alias.example": {
    type: "A",
    packet: {
      answers: [
        { type: "CNAME", name: "alias.example", ttl: 20, data: "www.example" },
        { type: "A", name: "www.example", ttl: 300, data: "192.0.2.2" },
      ],
    },
  },
  "absent.example": { type: "A", packet: { flags: 0x180 | RCODE.NXDOMAIN, authorities: [soa] } },
};

function queryFor(name: string, type: string, id: number): Uint8Array {
  const additionals = [{ type: "OPT", name: ".", udpPayloadSize: 1232, options: [] }];
  return encode({ type: "query", id, flags: 0x100, questions: [{ name, type }], additionals });
}

function hit(answerer: typeof finished, query: Uint8Array): string {
  const { client, out } = set;
  const length = answerer.answer(query, 0, query.length, out, OUT_OFFSET, OUT_CAPACITY, client);
  assert.ok(length > 0, String(length));
  return Buffer.from(out.bytes.slice(OUT_OFFSET, OUT_OFFSET + length)).toString("hex");
}

test("an assembled hit is byte for byte the finished one, whatever its age", () => {
  for (const [name, { packet, type }] of Object.entries(RESPONSES)) {
    const query = queryFor(name, type, 7);
    set.keep(query, encode({ questions: [{ name, type }], ...packet }));
    for (const age of [0, 1, 13]) {
      set.now = set.storedAtSeconds + age;
      assert.equal(hit(assembling, query), hit(finished, query), `${name} after ${age} s`);
    }
  }
});

test("so is a failure with its extended error", () => {
  const query = queryFor("broken.example", "A", 8);
  set.keepFailure(query, { edeCode: 22, edeText: new TextEncoder().encode("nobody there") });
  assert.equal(hit(assembling, query), hit(finished, query));
});

test("it is assembled indeed: names that were stored in full come out compressed", () => {
  const [name, type] = ["mail.example", "MX"];
  const query = queryFor(name, type, 9);
  const response = encode({ questions: [{ name, type }], ...RESPONSES[name]!.packet });
  const options = { authenticated: true, compressesNames: false };
  const question = set.questionOf(query);
  const normalized = normalizeResponse(response, question, options);
  assert.ok(typeof normalized !== "string");
  set.store.keep(question, normalized);
  set.now = set.storedAtSeconds;
  assert.ok(assembling instanceof AssemblingAnswerer);
  assert.ok(!(finished instanceof AssemblingAnswerer));
  assert.ok(hit(assembling, query).length < hit(finished, query).length);
});
