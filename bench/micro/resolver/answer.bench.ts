// The whole fast path, without sockets: query bytes in, response bytes out.

import assert from "node:assert/strict";
import * as dnsPacket from "dns-packet";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { MISS } from "../../../src/resolver/answer.ts";
import { ClientRow } from "../../../src/resolver/client-row.ts";
import { Answering, OUT_CAPACITY, OUT_OFFSET } from "../../../tests/answering.ts";
import type { HotCase } from "../hot-case.ts";

export const title = "resolver: answer()";

const RCODE_MASK = 15;
const NOERROR = 0;
const FORMERR = 1;
const NXDOMAIN = 3;
const REFUSED = 5;

export function cases(): readonly HotCase[] {
  const set = new Answering();
  const name = "www.example.com";
  const answers = [{ type: "A", name, ttl: 300, data: "192.0.2.1" }];
  const response = encode({ type: "response", questions: [{ type: "A", name }], answers });
  set.keep(query(name, false), response);
  const stranger = new ClientRow();
  stranger.address.set(addressToWords("203.0.113.1"));
  stranger.nowSeconds = set.now;
  const run = (bytes: Uint8Array, client: ClientRow): number =>
    set.answerer.answer(bytes, 0, bytes.length, set.out, OUT_OFFSET, OUT_CAPACITY, client);
  const hotCase = (
    label: string,
    bytes: Uint8Array,
    rcode: number,
    client = set.client,
  ): HotCase => {
    const length = run(bytes, client);
    assert.equal(
      length === MISS ? MISS : set.out.bytes[OUT_OFFSET + 3]! & RCODE_MASK,
      rcode,
      label,
    );
    return { name: label, run: () => run(bytes, client) };
  };
  return [
    hotCase("cache hit", query(name, false), NOERROR),
    hotCase("cache hit with EDNS", query(name, true), NOERROR),
    hotCase("miss", query("absent.example.com", true), MISS),
    hotCase("localhost", query("localhost", true), NOERROR),
    hotCase("private reverse name", query("1.0.168.192.in-addr.arpa", true), NXDOMAIN),
    hotCase("client that may not ask", query(name, true), REFUSED, stranger),
    hotCase("malformed", query(name, false).slice(0, -2), FORMERR),
  ];
}

function encode(packet: unknown): Uint8Array {
  return new Uint8Array(dnsPacket.encode(packet as dnsPacket.Packet));
}

function query(name: string, edns: boolean): Uint8Array {
  const additionals = edns ? [{ type: "OPT", name: ".", options: [], udpPayloadSize: 1232 }] : [];
  const questions = [{ type: "A", name }];
  return encode({ type: "query", id: 7, flags: 0x100, questions, additionals });
}
