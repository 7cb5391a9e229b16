// Made-up responses for the cache: fields with a qname at byte 12, and the comparison of a block with
// the fields that it was written from.

import assert from "node:assert/strict";
import { CacheKey } from "../../../src/cache/cache-key.ts";
import {
  edeCode,
  edeTextByteOffset,
  edeTextLength,
  flags,
  lifetime,
  responseByteOffset,
  responseLength,
  storedAt,
  type StoredFields,
  ttlCount,
  ttlOffsetsByteOffset,
} from "../../../src/cache/stored-response.ts";
import type { Random } from "../wire/random.ts";

export const SECRET: Uint32Array = Uint32Array.of(0x03020100, 0x07060504);

/** `n<id>.<padding>.example.` in wire form. */
export function qnameOf(id: number, padding = 0): Uint8Array {
  const labels = [`n${id}`, "x".repeat(padding), "example"].filter((label) => label !== "");
  const bytes = labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  return Uint8Array.from([...bytes, 0]);
}

export function setKey(key: CacheKey, qname: Uint8Array, qtype = 1, keyFlags = 0): CacheKey {
  key.set(qname, 0, qname.length, qtype, 1, keyFlags);
  return key;
}

export function keyOf(qname: Uint8Array, qtype = 1, keyFlags = 0): CacheKey {
  return setKey(new CacheKey(SECRET), qname, qtype, keyFlags);
}

const NO_BYTES = new Uint8Array(0);

/** Fields with a response of `length` bytes, or as long as the question needs, full of `fill`. */
export function fieldsOf(key: CacheKey, length = 60, fill = 0xa5): StoredFields {
  const qname = key.bytes.subarray(8, 8 + (key.words[1]! >>> 24));
  const response = new Uint8Array(Math.max(length, 12 + qname.length + 4)).fill(fill);
  response.set(qname, 12);
  return {
    keyWords: key.words.slice(0, 2),
    storedAtSeconds: 1000,
    lifetimeSeconds: 300,
    response,
    responseLength: response.length,
    ttlOffsets: Uint16Array.of(12 + qname.length + 10),
    ttlCount: 1,
    flags: 0,
    edeCode: -1,
    edeText: NO_BYTES,
    edeTextLength: 0,
  };
}

/** Fields in which everything varies, with a response of at most about `maxLength` bytes. */
export function randomFields(key: CacheKey, random: Random, maxLength: number): StoredFields {
  const fields = fieldsOf(key, random.below(maxLength), random.below(256));
  const ttls = random.below(5);
  const edeText = new Uint8Array(random.below(40)).fill(random.below(256));
  return {
    ...fields,
    storedAtSeconds: random.below(0xffffffff),
    lifetimeSeconds: random.below(0x7fffffff),
    ttlOffsets: Uint16Array.from({ length: ttls }, () => random.below(0x10000)),
    ttlCount: ttls,
    flags: random.below(0x8000),
    edeCode: random.below(30) - 1,
    edeText,
    edeTextLength: edeText.length,
  };
}

/** Asserts that the block says what `fields` say. */
export function assertStored(
  words: Uint32Array,
  bytes: Uint8Array,
  block: number,
  fields: StoredFields,
  message: string,
): void {
  const found = [
    storedAt(words, block),
    lifetime(words, block),
    flags(words, block),
    edeCode(words, block),
    ...slice(bytes, ttlOffsetsByteOffset(words, block), 2 * ttlCount(words, block)),
    ...slice(bytes, edeTextByteOffset(words, block), edeTextLength(words, block)),
    ...slice(bytes, responseByteOffset(words, block), responseLength(words, block)),
  ];
  const expected = [
    fields.storedAtSeconds,
    fields.lifetimeSeconds,
    fields.flags,
    fields.edeCode,
    ...new Uint8Array(fields.ttlOffsets.buffer),
    ...fields.edeText,
    ...fields.response,
  ];
  const same = found.length === expected.length && found.every((x, i) => x === expected[i]);
  if (!same) assert.deepEqual(found, expected, message);
}

function slice(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return bytes.subarray(offset, offset + length);
}
