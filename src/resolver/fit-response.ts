// Data plane: no allocation after start.
// Makes a response to one query of a stored response: copies it by whole words, then puts in what is
// the client's own (ID, RD, CD, spelling of the qname) and ages the TTLs. See docs/architecture.md
// for the layout of what is stored.

import {
  edeCode,
  edeTextByteOffset,
  edeTextLength,
  flags as storedFlags,
  responseByteOffset,
  responseLength,
  STORED_FLAG,
  ttlCount,
  ttlOffsetsByteOffset,
} from "../cache/stored-response.ts";
import { FLAG } from "../wire/constants.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import type { AnswerContext } from "./answer-context.ts";
import { copyQuestion, finishResponse, type ResponseOptions } from "./finish-response.ts";

/** What a stale response shows as its TTLs, in seconds (RFC 8767 §4). */
export const STALE_TTL_SECONDS = 30;

/**
 * Writes the response for `context` from the block at word offset `block`; its rcode, path and TTL
 * are already in `context.result`. `ageSeconds` is taken off each TTL; below 0 the response is stale
 * and its TTLs are shown as 30 s. Returns the length in bytes.
 */
export function fitResponse(
  context: AnswerContext,
  options: ResponseOptions,
  words: Uint32Array,
  bytes: Uint8Array,
  block: number,
  ageSeconds: number,
): number {
  const length = responseLength(words, block);
  const source = responseByteOffset(words, block);
  takeExtendedError(context, words, bytes, block);
  const anCount = (bytes[source + 6]! << 8) | bytes[source + 7]!;
  const nsCount = (bytes[source + 8]! << 8) | bytes[source + 9]!;
  if (length > context.outCapacity) return finishOversize(context, options, length);
  copyResponse(context.out, context.outOffset, words, bytes, source, length, options.wordPhase);
  copyQuestion(context);
  if (ageSeconds !== 0) age(context, words, bytes, block, ageSeconds);
  // Past its TTL data is no longer validated (RFC 4035 §5.3.3).
  const flags = ageSeconds < 0 ? 0 : adFlag(context, words, block);
  return finishResponse(context, options, length, flags, anCount, nsCount);
}

/** More than the caller's buffer holds: only the question is written, and TC follows from `length`. */
function finishOversize(context: AnswerContext, options: ResponseOptions, length: number): number {
  copyQuestion(context);
  return finishResponse(context, options, length, 0, 0, 0);
}

/** RFC 6840 §5.8: AD goes to those who set AD or DO, and only if the upstream vouched for it. */
function adFlag(context: AnswerContext, words: Uint32Array, block: number): number {
  const authentic = (storedFlags(words, block) & STORED_FLAG.AUTHENTIC) !== 0;
  const wanted = (context.query.ad | context.query.dnssecOk) === 1;
  return authentic && wanted ? FLAG.AD : 0;
}

function takeExtendedError(
  context: AnswerContext,
  words: Uint32Array,
  bytes: Uint8Array,
  block: number,
): void {
  const code = edeCode(words, block);
  if (code < 0 || context.edeCode >= 0) return;
  context.edeCode = code;
  context.edeText = bytes;
  context.edeTextOffset = edeTextByteOffset(words, block);
  context.edeTextLength = edeTextLength(words, block);
}

/** A stored response starts at a word; where the output does too, whole words are copied. */
function copyResponse(
  out: WordBuffer,
  outOffset: number,
  words: Uint32Array,
  bytes: Uint8Array,
  source: number,
  length: number,
  wordPhase: number,
): void {
  if ((outOffset & 3) === wordPhase && outOffset + ((length + 3) & ~3) <= out.bytes.length) {
    const target = out.words;
    const end = (outOffset + length + 3) >> 2;
    for (let i = outOffset >> 2, from = source >> 2; i < end; i++, from++) target[i] = words[from]!;
    return;
  }
  const target = out.bytes;
  for (let i = 0; i < length; i++) target[outOffset + i] = bytes[source + i]!;
}

function age(
  context: AnswerContext,
  words: Uint32Array,
  bytes: Uint8Array,
  block: number,
  ageSeconds: number,
): void {
  const out = context.out.bytes;
  const count = ttlCount(words, block);
  let entry = ttlOffsetsByteOffset(words, block);
  for (let i = 0; i < count; i++, entry += 2) {
    const at = context.outOffset + (bytes[entry]! | (bytes[entry + 1]! << 8));
    const ttl =
      ((out[at]! << 24) | (out[at + 1]! << 16) | (out[at + 2]! << 8) | out[at + 3]!) >>> 0;
    const left = ageSeconds < 0 ? STALE_TTL_SECONDS : ttl > ageSeconds ? ttl - ageSeconds : 0;
    out[at] = left >>> 24;
    out[at + 1] = left >>> 16;
    out[at + 2] = left >>> 8;
    out[at + 3] = left;
  }
}
