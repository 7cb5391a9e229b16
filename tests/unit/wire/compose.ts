// Puts messages together byte by byte, for tests: what they say is on the page, with no code of the
// project in between but the text form of names.

import { textToName } from "../../../src/wire/name-text.ts";

/** Bytes from hexadecimal digits; blanks are for the reader. */
export function hex(digits: string): Uint8Array {
  const pairs = digits.replace(/\s+/g, "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function word16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

export function word32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

export const wire: typeof textToName = textToName;

/** Bytes of a string of ASCII characters. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A record; `owner` as text, or as bytes where it is compressed or broken. */
export function record(
  owner: string | Uint8Array,
  type: number,
  rdata: Uint8Array,
  ttl = 300,
  qclass = 1,
): Uint8Array {
  const ownerBytes = typeof owner === "string" ? wire(owner) : owner;
  return joined(ownerBytes, word16(type), word16(qclass), word32(ttl), word16(rdata.length), rdata);
}

export function option(code: number, data: Uint8Array): Uint8Array {
  return joined(word16(code), word16(data.length), data);
}

/** An OPT record; `ttl` is extended rcode, version and flags, 8 + 8 + 16 bits. */
export function opt(options: readonly Uint8Array[] = [], udpSize = 1232, ttl = 0): Uint8Array {
  return record(".", 41, joined(...options), ttl, udpSize);
}

export function soaRdata(mname: string, rname: string, minimum: number): Uint8Array {
  const numbers = [2026010100, 7200, 3600, 1_209_600, minimum];
  return joined(wire(mname), wire(rname), ...numbers.map(word32));
}

/** An RRSIG's RDATA; the signature is three bytes that nobody checks. */
export function rrsigRdata(covered: number, signer: string): Uint8Array {
  const fixed = hex("0d 02 00000e10 6b000000 6a000000 3039");
  return joined(word16(covered), fixed, wire(signer), hex("c0ffee"));
}

export interface MessageParts {
  readonly id?: number;
  /** The header's second word. */
  readonly flags: number;
  readonly qname?: string;
  readonly qtype?: number;
  readonly qclass?: number;
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
  readonly additionals?: readonly Uint8Array[];
}

/** A message whose header counts what is there; no question without a qname. */
export function message(parts: MessageParts): Uint8Array {
  const { id = 0x1234, flags, qname, qtype = 1, qclass = 1 } = parts;
  const { answers = [], authorities = [], additionals = [] } = parts;
  const counts = [qname === undefined ? 0 : 1, answers, authorities, additionals];
  const question = qname === undefined ? [] : [wire(qname), word16(qtype), word16(qclass)];
  return joined(
    word16(id),
    word16(flags),
    ...counts.map((count) => word16(typeof count === "number" ? count : count.length)),
    ...question,
    ...answers,
    ...authorities,
    ...additionals,
  );
}

/** A response to a question for `qname`, type A unless told otherwise: QR, RD, RA. */
export function response(parts: Partial<MessageParts>): Uint8Array {
  return message({ flags: 0x8180, qname: "www.example.com.", ...parts });
}
