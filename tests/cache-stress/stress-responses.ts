// Responses whose every byte follows from a name's number and a version, so that a reader can tell
// whether what it sees is whole and its own.

import type { CacheKey } from "../../src/cache/cache-key.ts";
import {
  lifetime,
  responseByteOffset,
  responseLength,
  type StoredFields,
  storedAt,
} from "../../src/cache/stored-response.ts";

export const SECRET: Uint32Array = Uint32Array.of(0x03020100, 0x07060504);
const NO_BYTES = new Uint8Array(0);
const NO_OFFSETS = new Uint16Array(0);
/** A label of four letters, the root, type and class. */
const QUESTION_BYTES = 10;
const HEADER_BYTES = 12;
const MIN_BYTES: number = HEADER_BYTES + QUESTION_BYTES;
const MAX_BYTES = 1400;

/** The name that stands for a number below 26^4, in wire form. */
export function fillName(name: Uint8Array, id: number): void {
  name[0] = 4;
  for (let i = 1, rest = id; i <= 4; i++, rest = Math.floor(rest / 26)) name[i] = 97 + (rest % 26);
}

export function newName(): Uint8Array {
  return new Uint8Array(6);
}

export function setKey(key: CacheKey, name: Uint8Array): void {
  key.set(name, 0, name.length, 1, 1, 0);
}

function mix(id: number, version: number): number {
  const mixed = Math.imul(Math.imul(id + 1, 0x9e3779b1) ^ version, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Mostly short, now and then long: blocks of every class, and pages that change theirs. */
function lengthOf(id: number, version: number): number {
  const random = mix(version, id);
  const range = random % 8 === 0 ? MAX_BYTES - MIN_BYTES : 100;
  return MIN_BYTES + ((random >>> 8) % range);
}

/** The fields of one version of one name's response; what it returned last is written over. */
export class ResponseMaker {
  private readonly bytes: Uint8Array = new Uint8Array(MAX_BYTES);

  fields(key: CacheKey, name: Uint8Array, id: number, version: number): StoredFields {
    const length = lengthOf(id, version);
    this.bytes.fill(mix(id, version) & 0xff, 0, length);
    this.bytes.set(name, HEADER_BYTES);
    return {
      keyWords: key.words.slice(0, 2),
      storedAtSeconds: version,
      lifetimeSeconds: mix(id, version),
      response: this.bytes,
      responseLength: length,
      ttlOffsets: NO_OFFSETS,
      ttlCount: 0,
      flags: 0,
      edeCode: -1,
      edeText: NO_BYTES,
      edeTextLength: 0,
    };
  }
}

/** Whether the block holds some version of this name's response, and that one whole. */
export function isWhole(
  words: Uint32Array,
  bytes: Uint8Array,
  block: number,
  name: Uint8Array,
  id: number,
): boolean {
  const version = storedAt(words, block);
  const length = lengthOf(id, version);
  if (lifetime(words, block) !== mix(id, version)) return false;
  if (responseLength(words, block) !== length) return false;
  const start = responseByteOffset(words, block);
  const fill = mix(id, version) & 0xff;
  for (let i = 0; i < length; i++) {
    const inName = i - HEADER_BYTES;
    const expected = inName >= 0 && inName < name.length ? name[inName] : fill;
    if (bytes[start + i] !== expected) return false;
  }
  return true;
}
