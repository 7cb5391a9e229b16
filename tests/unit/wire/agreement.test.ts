// On well-formed messages dns-packet and Hermod read the same, field by field, however names are
// compressed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Packet } from "dns-packet";
import fc from "fast-check";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import { readResponse } from "../../../src/wire/read-response.ts";
import { compressed } from "./compressed.ts";
import { looseResponse, queryPacket, tellingResponse } from "./generate.ts";
import { peerBytes, peerRead, queryDifference, responseDifference } from "./peer.ts";
import { Random } from "./random.ts";

const seed = 20_260_104;

function assertSameResponse(bytes: Uint8Array): void {
  const peer = peerRead(bytes);
  assert.ok(!(peer instanceof Error), String(peer));
  const parsed = readResponse(bytes);
  assert.ok(typeof parsed !== "string", `refused: ${String(parsed)}`);
  assert.equal(responseDifference(bytes, parsed, peer), undefined);
}

describe("dns-packet and Hermod agree", () => {
  test("on responses as dns-packet writes them", () => {
    const property = fc.property(looseResponse, (packet) => {
      assertSameResponse(peerBytes(packet));
    });
    fc.assert(property, { seed, numRuns: 1500 });
  });

  test("on responses compressed in any way", () => {
    const anyResponse = fc.oneof(looseResponse, tellingResponse);
    let saved = 0;
    const property = fc.property(anyResponse, fc.nat(), (packet, number) => {
      const bytes = compressed(packet, new Random(number));
      saved += peerBytes(packet).length - bytes.length;
      assertSameResponse(bytes);
    });
    fc.assert(property, { seed, numRuns: 2000 });
    assert.ok(saved > 50_000, `hardly anything was compressed: ${saved} bytes`);
  });

  test("on queries", () => {
    const view = new QueryView();
    const property = fc.property(queryPacket, (packet: Packet) => {
      const bytes = peerBytes(packet);
      const peer = peerRead(bytes);
      assert.ok(!(peer instanceof Error), String(peer));
      const result = readQuery(bytes, 0, bytes.length, view);
      assert.equal(result, view.ednsVersion > 0 ? READ.BADVERS : READ.OK);
      if (result === READ.OK) assert.equal(queryDifference(bytes, view, peer), undefined);
    });
    fc.assert(property, { seed, numRuns: 2000 });
  });
});
