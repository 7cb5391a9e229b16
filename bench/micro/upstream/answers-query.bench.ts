// Telling whether a response answers a query.

import assert from "node:assert/strict";
import * as dnsPacket from "dns-packet";
import { answersQuery } from "../../../src/upstream/answers-query.ts";
import type { HotCase } from "../hot-case.ts";

export const title = "upstream: know the response to a query";

export function cases(): readonly HotCase[] {
  const questions = [{ type: "A", name: "www.example.com" }];
  const answers = [{ type: "A", name: "www.example.com", ttl: 300, data: "192.0.2.1" }];
  const query = encode({ type: "query", questions });
  const response = encode({ type: "response", questions, answers });
  assert.ok(answersQuery(query, response));
  return [{ name: "does it answer the query", run: () => answersQuery(query, response) }];
}

function encode(packet: unknown): Uint8Array {
  return new Uint8Array(dnsPacket.encode(packet as dnsPacket.Packet));
}
