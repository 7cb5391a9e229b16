// Data plane: no allocation after start.
// Names in wire form: labels, each behind its length, up to the root's zero byte (RFC 1035 §3.1),
// and within messages perhaps ending in a pointer (§4.1.4). Every walk is bounded: a name is never
// longer than 255 bytes, each pointer leads further back than the one before it, and few may follow
// each other.

import { HEADER_LENGTH, MAX_LABEL_LENGTH, MAX_NAME_LENGTH } from "./constants.ts";

/**
 * The two high bits of a label's length byte: both set makes it a pointer, one alone is reserved.
 */
const POINTER = 0xc0;
/** As many as a name can have labels: more than that would only be there to cost time. */
const MAX_POINTERS = 127;

/**
 * Length in bytes, with the root's, of an uncompressed name that ends before `end`; −1: malformed.
 */
export function nameLength(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && at - offset < MAX_NAME_LENGTH) {
    const label = bytes[at]!;
    if (label === 0) return at + 1 - offset;
    if (label > MAX_LABEL_LENGTH) return -1;
    at += label + 1;
  }
  return -1;
}

/**
 * Offset after a name that may end in a pointer; −1: malformed. The pointer is not followed, so a
 * name that is to be used goes through copyName as well.
 */
export function skipName(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && at - offset < MAX_NAME_LENGTH) {
    const label = bytes[at]!;
    if (label === 0) return at + 1;
    if (label >= POINTER) return at + 2 <= end ? at + 2 : -1;
    if (label > MAX_LABEL_LENGTH) return -1;
    at += label + 1;
  }
  return -1;
}

/**
 * Copies a name out of the message that lies from `start` to `end`, without compression, in lower
 * case if `lower`. `out` needs room for 255 bytes. Returns the length in bytes, −1: malformed. A
 * pointer must lead before the labels it ends and never into the header, where no name can be.
 */
export function copyName(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
  out: Uint8Array,
  outOffset: number,
  lower: boolean,
): number {
  let at = offset;
  let labelsOffset = offset;
  let length = 0;
  let pointers = 0;
  while (at < end) {
    const label = bytes[at]!;
    if (label === 0) {
      out[outOffset + length] = 0;
      return length + 1;
    }
    if (label >= POINTER) {
      at = pointerTarget(bytes, start, end, at);
      if (at < 0 || at >= labelsOffset || ++pointers > MAX_POINTERS) return -1;
      labelsOffset = at;
      continue;
    }
    if (label > MAX_LABEL_LENGTH || at + label >= end) return -1;
    if (length + label + 1 >= MAX_NAME_LENGTH) return -1;
    copyLabel(bytes, at, label + 1, out, outOffset + length, lower);
    length += label + 1;
    at += label + 1;
  }
  return -1;
}

/** Where the pointer at `offset` leads; −1 when it is cut off or leads into the header. */
function pointerTarget(bytes: Uint8Array, start: number, end: number, offset: number): number {
  if (offset + 2 > end) return -1;
  const target = ((bytes[offset]! & ~POINTER) << 8) | bytes[offset + 1]!;
  return target < HEADER_LENGTH ? -1 : start + target;
}

/** `length` counts the length byte, which is under "A" and so the same in lower case. */
function copyLabel(
  bytes: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  outOffset: number,
  lower: boolean,
): void {
  for (let i = 0; i < length; i++) {
    const byte = bytes[offset + i]!;
    out[outOffset + i] = lower ? lowerByte(byte) : byte;
  }
}

/** ASCII letters only (RFC 4343 §3). */
export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** Whether two well-formed uncompressed names are the same; letters match in either case. */
export function sameName(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): boolean {
  let labelEnd = 0;
  for (let i = 0; i < MAX_NAME_LENGTH; i++) {
    const byte = a[aOffset + i]!;
    if (lowerByte(byte) !== lowerByte(b[bOffset + i]!)) return false;
    if (i < labelEnd) continue;
    if (byte === 0) return true;
    labelEnd = i + byte + 1;
  }
  return false;
}

/**
 * Whether the name at `offset` of a message, perhaps compressed and already found valid, is the
 * uncompressed lower-case name at `nameOffset`.
 */
export function isNameAt(
  message: Uint8Array,
  offset: number,
  name: Uint8Array,
  nameOffset: number,
): boolean {
  let at = offset;
  let i = 0;
  while (i < MAX_NAME_LENGTH) {
    const label = message[at]!;
    if (label >= POINTER) {
      at = ((label & ~POINTER) << 8) | message[at + 1]!;
      continue;
    }
    if (label !== name[nameOffset + i]!) return false;
    if (label === 0) return true;
    for (let end = at + label; at < end;) {
      if (lowerByte(message[++at]!) !== name[nameOffset + ++i]!) return false;
    }
    at++;
    i++;
  }
  return false;
}

/**
 * Whether one well-formed uncompressed name is another or lies below it; all are below the root.
 */
export function isAtOrBelow(
  name: Uint8Array,
  nameOffset: number,
  zone: Uint8Array,
  zoneOffset: number,
): boolean {
  const zoneLength = nameLength(zone, zoneOffset, zone.length);
  let left = nameLength(name, nameOffset, name.length);
  let at = nameOffset;
  while (left > zoneLength && zoneLength > 0) {
    const step = name[at]! + 1;
    at += step;
    left -= step;
  }
  return left === zoneLength && left > 0 && sameName(name, at, zone, zoneOffset);
}
