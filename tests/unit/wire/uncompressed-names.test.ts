// Names in responses are compressed, or written out where that is turned off; they read the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as dnsPacket from "dns-packet";
import { normalizeResponse } from "../../../src/wire/normalize-response.ts";
import { encode } from "../../scripted-group.ts";
import { question } from "./normalized.ts";

const NAME = "mail.example";
const PLAIN = 12 + 14 + 4;
/** Owner, the ten bytes behind it, preference and exchange. */
const RECORD = 14 + 10 + 2 + "a.mail.example".length + 2;

test("each name stands there in full, and means the same", () => {
  const answers = ["a", "b"].map((host) => ({
    ...{ type: "MX", name: NAME, ttl: 300 },
    data: { preference: 1, exchange: `${host}.${NAME}` },
  }));
  const message = encode({ questions: [{ type: "MX", name: NAME }], answers });
  const sizes = [true, undefined, false].map((compressesNames) => {
    const options = {
      authenticated: true,
      ...(compressesNames !== undefined && { compressesNames }),
    };
    const result = normalizeResponse(message, question(NAME, 15), options);
    assert.ok(typeof result !== "string", String(result));
    const decoded = dnsPacket.decode(Buffer.from(result.bytes)).answers;
    assert.deepEqual(
      decoded?.map((record) => [record.name, (record as dnsPacket.MxAnswer).data.exchange]),
      answers.map(({ data, name }) => [name, data.exchange]),
    );
    const ttls = [...result.ttlOffsets].map((at) => Buffer.from(result.bytes).readUInt32BE(at));
    assert.deepEqual(ttls, [300, 300]);
    return result.bytes.length;
  });
  assert.equal(sizes[0], sizes[1]);
  assert.equal(sizes[2], PLAIN + 2 * RECORD);
  assert.ok(sizes[0]! < sizes[2]!);
});
