// Data plane: no allocation after start.
// The stored response: where its parts lie in a block of words (docs/architecture.md, "The stored
// response"), written once and never changed while anyone may read it. `block` is always the word
// offset of the block in `words`; `bytes` is the same memory.

import { WordBuffer } from "../memory/word-buffer.ts";
import { type CacheKey, KEY_HEAD_WORDS } from "./cache-key.ts";

/** What word 6 holds besides nothing. */
export const STORED_FLAG = {
  /** The 12 bits of the rcode. */
  RCODE_MASK: 0xfff,
  /** NODATA or NXDOMAIN (RFC 2308). */
  NEGATIVE: 0x1000,
  /** The memory of a failure (RFC 9520). */
  FAILURE: 0x2000,
  /** The upstream had validated it: AD may be set. */
  AUTHENTIC: 0x4000,
} as const;

/** In word 0 of a response outside the cache. */
export const NO_ENTRY = 0xffffffff;

const ENTRY = 0;
const KEY = 1;
const STORED_AT = 3;
const LIFETIME = 4;
const LENGTHS = 5;
const FLAGS = 6;
const EXTENDED_ERROR = 7;
const HEAD_WORDS = 8;
/** The qname stands behind the header, at byte 12 of the response. */
const QNAME_WORD = 3;

/** What a block is written from. All buffers remain the caller's. */
export interface StoredFields {
  /** The key's words 0 and 1; a CacheKey's `words` will do. */
  readonly keyWords: Uint32Array;
  /** On the monotonic clock, 0 to 2³² − 1. */
  readonly storedAtSeconds: number;
  readonly lifetimeSeconds: number;
  readonly response: Uint8Array;
  /** In bytes, 12 to 65,535. */
  readonly responseLength: number;
  /** Offsets of TTL fields from the start of the response. */
  readonly ttlOffsets: Uint16Array;
  readonly ttlCount: number;
  /** Of STORED_FLAG. */
  readonly flags: number;
  /** INFO-CODE of an extended error (RFC 8914), 0 to 65,534; −1 for none. */
  readonly edeCode: number;
  readonly edeText: Uint8Array;
  /** In bytes, 0 to 65,535. */
  readonly edeTextLength: number;
}

/** Bytes of the block for `fields`, a multiple of 4. */
export function storedByteLength(fields: StoredFields): number {
  return (
    4 *
    (HEAD_WORDS +
      wordsOf(2 * fields.ttlCount) +
      wordsOf(fields.responseLength) +
      wordsOf(fields.edeTextLength))
  );
}

/** Writes all of the block at `block`, for the cache's entry `entry` or NO_ENTRY. */
export function writeStored(
  words: Uint32Array,
  bytes: Uint8Array,
  block: number,
  entry: number,
  fields: StoredFields,
): void {
  words[block + ENTRY] = entry;
  words[block + KEY] = fields.keyWords[0]!;
  words[block + KEY + 1] = fields.keyWords[1]!;
  words[block + STORED_AT] = fields.storedAtSeconds;
  words[block + LIFETIME] = fields.lifetimeSeconds;
  words[block + LENGTHS] = (fields.responseLength << 16) | fields.ttlCount;
  words[block + FLAGS] = fields.flags;
  words[block + EXTENDED_ERROR] = ((fields.edeCode + 1) << 16) | fields.edeTextLength;
  writeTtlOffsets(words, block + HEAD_WORDS, fields);
  const response = block + HEAD_WORDS + wordsOf(2 * fields.ttlCount);
  copyPadded(words, bytes, response, fields.response, fields.responseLength);
  const text = response + wordsOf(fields.responseLength);
  copyPadded(words, bytes, text, fields.edeText, fields.edeTextLength);
}

export function storedAt(words: Uint32Array, block: number): number {
  return words[block + STORED_AT]!;
}

export function lifetime(words: Uint32Array, block: number): number {
  return words[block + LIFETIME]!;
}

/** In bytes. */
export function responseLength(words: Uint32Array, block: number): number {
  return words[block + LENGTHS]! >>> 16;
}

export function ttlCount(words: Uint32Array, block: number): number {
  return words[block + LENGTHS]! & 0xffff;
}

/** Of STORED_FLAG. */
export function flags(words: Uint32Array, block: number): number {
  return words[block + FLAGS]!;
}

/** The INFO-CODE, −1 when there is no extended error. */
export function edeCode(words: Uint32Array, block: number): number {
  return (words[block + EXTENDED_ERROR]! >>> 16) - 1;
}

/** In bytes. */
export function edeTextLength(words: Uint32Array, block: number): number {
  return words[block + EXTENDED_ERROR]! & 0xffff;
}

/** Each offset has 16 bits, least significant byte first. */
export function ttlOffsetsByteOffset(_words: Uint32Array, block: number): number {
  return 4 * (block + HEAD_WORDS);
}

/** A multiple of 4. */
export function responseByteOffset(words: Uint32Array, block: number): number {
  return 4 * responseWord(words, block);
}

/** A multiple of 4. */
export function edeTextByteOffset(words: Uint32Array, block: number): number {
  return 4 * (responseWord(words, block) + wordsOf(responseLength(words, block)));
}

/** The entry that owns the block; NO_ENTRY outside the cache. */
export function entryOf(words: Uint32Array, block: number): number {
  return words[block + ENTRY]!;
}

/** Whether the block is the response to `key`: every word is compared, of the last only the name. */
export function hasKey(words: Uint32Array, block: number, key: CacheKey): boolean {
  const keyWords = key.words;
  if (((words[block + KEY]! ^ keyWords[0]!) | (words[block + KEY + 1]! ^ keyWords[1]!)) !== 0) {
    return false;
  }
  const last = key.wordCount - 1;
  let at = responseWord(words, block) + QNAME_WORD;
  for (let i = KEY_HEAD_WORDS; i < last; i++, at++) {
    if ((words[at]! ^ keyWords[i]!) !== 0) return false;
  }
  // Bits of the last word that are not the name's are shifted out: (−length) mod 4 bytes of them.
  const spareBits = (-(keyWords[1]! >>> 24) & 3) << 3;
  return (words[at]! ^ keyWords[last]!) << spareBits === 0;
}

function responseWord(words: Uint32Array, block: number): number {
  return block + HEAD_WORDS + wordsOf(2 * ttlCount(words, block));
}

function wordsOf(byteLength: number): number {
  return (byteLength + 3) >> 2;
}

function writeTtlOffsets(words: Uint32Array, at: number, fields: StoredFields): void {
  const { ttlOffsets, ttlCount: count } = fields;
  for (let i = 0; i < count; i += 2) {
    const second = i + 1 < count ? ttlOffsets[i + 1]! : 0;
    words[at + (i >> 1)] = ttlOffsets[i]! | (second << 16);
  }
}

/** What is left of the last word becomes 0. */
function copyPadded(
  words: Uint32Array,
  bytes: Uint8Array,
  at: number,
  source: Uint8Array,
  length: number,
): void {
  if (length === 0) return;
  words[at + wordsOf(length) - 1] = 0;
  const target = 4 * at;
  for (let i = 0; i < length; i++) bytes[target + i] = source[i]!;
}

/** Enough for nearly every response. */
const INITIAL_BYTES = 4096;

/**
 * One response outside the cache, at block 0: for what may not be kept. Where a response needs more
 * room, `words` and `bytes` are replaced by twice as large ones; a response and an extended error out
 * of one message, 65,535 bytes, and the offsets of its 5,957 TTLs at most end that at 128 KiB.
 */
export class StoredBuffer {
  words: Uint32Array;
  bytes: Uint8Array;

  constructor() {
    const buffer = new WordBuffer(INITIAL_BYTES);
    this.words = buffer.words;
    this.bytes = buffer.bytes;
  }

  write(fields: StoredFields): void {
    this.reserve(storedByteLength(fields));
    writeStored(this.words, this.bytes, 0, NO_ENTRY, fields);
  }

  private reserve(byteLength: number): void {
    let capacity = this.bytes.length;
    if (byteLength <= capacity) return;
    while (capacity < byteLength) capacity *= 2;
    const buffer = new WordBuffer(capacity);
    this.words = buffer.words;
    this.bytes = buffer.bytes;
  }
}
