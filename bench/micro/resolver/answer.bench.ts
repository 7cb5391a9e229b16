// The whole fast path, without sockets: query bytes in, response bytes out.

import assert from "node:assert/strict";
import { bench, do_not_optimize, group } from "mitata";
import * as dnsPacket from "dns-packet";
import { MISS } from "../../../src/resolver/answer.ts";
import { Answering, OUT_CAPACITY, OUT_OFFSET } from "../../../tests/answering.ts";

function encode(packet: unknown): Uint8Array {
  return new Uint8Array(dnsPacket.encode(packet as dnsPacket.Packet));
}

function query(name: string, edns: boolean): Uint8Array {
  const additionals = edns ? [{ type: "OPT", name: ".", options: [], udpPayloadSize: 1232 }] : [];
  return encode({
    type: "query",
    id: 7,
    flags: 0x100,
    questions: [{ type: "A", name }],
    additionals,
  });
}

export function register(): void {
  const set = new Answering();
  const name = "www.example.com";
  const answers = [{ type: "A", name, ttl: 300, data: "192.0.2.1" }];
  set.keep(
    query(name, false),
    encode({ type: "response", questions: [{ type: "A", name }], answers }),
  );
  const run = (bytes: Uint8Array): number =>
    set.answerer.answer(bytes, 0, bytes.length, set.out, OUT_OFFSET, OUT_CAPACITY, set.client);
  const cases: [string, Uint8Array, boolean][] = [
    ["cache hit", query(name, false), true],
    ["cache hit with EDNS", query(name, true), true],
    ["miss", query("absent.example.com", true), false],
    ["localhost", query("localhost", true), true],
    ["private reverse name", query("1.0.168.192.in-addr.arpa", true), true],
  ];
  group("resolver: answer()", () => {
    for (const [label, bytes, known] of cases) {
      assert.equal(run(bytes) !== MISS, known, label);
      bench(label, () => do_not_optimize(run(bytes)));
    }
  });
}
