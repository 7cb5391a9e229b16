// What counts as a right response when a server is looked at before and after it is measured.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { ZONE_ADDRESS } from "../../../../bench/peers/bench-upstream.ts";
import { encodeQuery, hitName } from "../../../../bench/peers/question-files.ts";
import { isRight } from "../../../../bench/peers/udp-client.ts";

const NAME = hitName(0);
const ADDRESS = { name: NAME, type: "A" as const, ttl: 60, data: ZONE_ADDRESS };
const NXDOMAIN = 3;

function response(change: dnsPacket.Packet): Uint8Array {
  const questions = [{ name: NAME, type: "A" as const }];
  return dnsPacket.encode({ type: "response", questions, answers: [ADDRESS], ...change });
}

describe("a response is right", () => {
  test("with NOERROR for the name and the zone's address", () => {
    assert.equal(isRight(response({}), NAME, true), true);
  });

  test("not with another rcode, name or address, nor without one", () => {
    assert.equal(isRight(response({ flags: NXDOMAIN }), NAME, true), false);
    assert.equal(isRight(response({}), hitName(1), true), false);
    const other = { ...ADDRESS, data: "192.0.2.99" };
    assert.equal(isRight(response({ answers: [other] }), NAME, true), false);
    assert.equal(isRight(response({ answers: [] }), NAME, true), false);
  });

  test("not as a query that came back, nor as bytes that are no message", () => {
    assert.equal(isRight(encodeQuery(0, NAME), NAME, false), false);
    assert.equal(isRight(Uint8Array.of(1, 2, 3), NAME, false), false);
  });

  test("without an address when it need not bring one", () => {
    assert.equal(isRight(response({ answers: [] }), NAME, false), true);
  });
});
