// Normalises messages for tests and tells in words what is left of them.

import assert from "node:assert/strict";
import { TYPE } from "../../../src/wire/constants.ts";
import { nameToText } from "../../../src/wire/name-text.ts";
import {
  normalizeResponse,
  type NormalizedResponse,
} from "../../../src/wire/normalize-response.ts";
import type { Question } from "../../../src/wire/question.ts";
import { lowerName, readResponse } from "../../../src/wire/read-response.ts";
import { wire } from "./compose.ts";

export function question(qname = "www.example.com.", qtype: number = TYPE.A): Question {
  return { qname: wire(qname.toLowerCase()), qtype, qclass: 1 };
}

/** What is made of `bytes`, which must be usable. */
export function normalized(
  bytes: Uint8Array,
  asked: Question = question(),
  authenticated = true,
): NormalizedResponse {
  const result = normalizeResponse(bytes, asked, { authenticated });
  assert.ok(typeof result !== "string", `refused: ${String(result)}`);
  return result;
}

const TYPE_NAMES = new Map<number, string>(
  Object.entries(TYPE).map(([name, type]) => [type, name]),
);

/** One line a record: "answer www.example.com. A 300". */
export function recordLines(bytes: Uint8Array): string[] {
  const parsed = readResponse(bytes);
  assert.ok(typeof parsed !== "string", `not well-formed: ${String(parsed)}`);
  return parsed.records.map(({ section, ownerOffset, type, ttl }) => {
    const owner = nameToText(lowerName(bytes, ownerOffset), 0);
    return `${section} ${owner} ${TYPE_NAMES.get(type) ?? type} ${ttl}`;
  });
}
