// What the OPT record of a response says (RFC 6891, RFC 8914). Its extended error is text from far
// away: it is cut to a bounded length of valid UTF-8 without control characters.

import { OPTION } from "./constants.ts";
import { read16 } from "./numbers.ts";

/** Longest text of an extended error that is kept, in bytes. */
export const EDE_TEXT_CAPACITY = 255;

export interface ExtendedError {
  readonly code: number;
  /** Valid UTF-8 of at most EDE_TEXT_CAPACITY bytes, in a buffer of its own. */
  readonly text: Uint8Array;
}

export interface ResponseEdns {
  /** The upper eight bits of the rcode. */
  readonly extendedRcode: number;
  readonly version: number;
  readonly udpSize: number;
  readonly dnssecOk: boolean;
  readonly ede: ExtendedError | undefined;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const scratch = new Uint8Array(EDE_TEXT_CAPACITY);
/** Control characters, and format characters that reorder or hide what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Reads the OPT record whose fixed part (type to RDLENGTH) is at `offset` and whose RDATA ends at
 * `end`; undefined when its options do not fill it exactly.
 */
export function readResponseEdns(
  message: Uint8Array,
  offset: number,
  end: number,
): ResponseEdns | undefined {
  let ede: ExtendedError | undefined;
  let at = offset + 10;
  while (at < end) {
    if (at + 4 > end) return undefined;
    const optionEnd = at + 4 + read16(message, at + 2);
    if (optionEnd > end) return undefined;
    if (read16(message, at) === OPTION.EDE) ede ??= readExtendedError(message, at + 4, optionEnd);
    at = optionEnd;
  }
  return {
    extendedRcode: message[offset + 4]!,
    version: message[offset + 5]!,
    udpSize: read16(message, offset + 2),
    dnssecOk: (message[offset + 6]! & 0x80) !== 0,
    ede,
  };
}

/** Without an INFO-CODE the option says nothing; that alone does not spoil the response. */
function readExtendedError(
  message: Uint8Array,
  offset: number,
  end: number,
): ExtendedError | undefined {
  if (offset + 2 > end) return undefined;
  const text = decoder.decode(message.subarray(offset + 2, end)).replace(UNPRINTABLE, "");
  const { written } = encoder.encodeInto(text, scratch);
  return { code: read16(message, offset), text: scratch.slice(0, written) };
}
