// Walks over the fields of RDATA and checks each one. No field reaches past the RDATA, and a name
// is valid to its last pointer.

import { MAX_NAME_LENGTH } from "./constants.ts";
import { copyName, skipName } from "./name.ts";
import { read16 } from "./numbers.ts";
import { FIELD, rdataLayout } from "./rdata-layout.ts";

/** Where names are expanded only to see that they can be. */
const scratch = new Uint8Array(MAX_NAME_LENGTH);

/** Whether the RDATA at `offset` of `message` is what its type says, to its last byte. */
export function isRdataValid(
  message: Uint8Array,
  offset: number,
  length: number,
  type: number,
): boolean {
  const end = offset + length;
  let at = offset;
  for (const field of rdataLayout(type)) {
    at = skipField(message, at, end, field);
    if (at < 0) return false;
  }
  return at === end;
}

/** Offset after the field, one of FIELD or a number of bytes; −1 when it is malformed. */
export function skipField(message: Uint8Array, offset: number, end: number, field: number): number {
  switch (field) {
    case FIELD.NAME:
    case FIELD.PLAIN_NAME:
      return skipValidName(message, offset, end);
    case FIELD.STRING:
      return skipString(message, offset, end);
    case FIELD.STRINGS:
      return skipStrings(message, offset, end);
    case FIELD.REST:
      return end;
    case FIELD.TYPE_BITMAP:
      return skipTypeBitmap(message, offset, end);
    case FIELD.PARAMETERS:
      return skipParameters(message, offset, end);
    default:
      return offset + field <= end ? offset + field : -1;
  }
}

/** Offset after the name at `offset`, −1 when any part of it is malformed. */
export function skipValidName(message: Uint8Array, offset: number, end: number): number {
  const length = copyName(message, 0, message.length, offset, scratch, 0, false);
  return length < 0 ? -1 : skipName(message, offset, end);
}

function skipString(message: Uint8Array, offset: number, end: number): number {
  const stringEnd = offset < end ? offset + 1 + message[offset]! : end + 1;
  return stringEnd <= end ? stringEnd : -1;
}

function skipStrings(message: Uint8Array, offset: number, end: number): number {
  let at = skipString(message, offset, end);
  while (at >= 0 && at < end) at = skipString(message, at, end);
  return at;
}

function skipTypeBitmap(message: Uint8Array, offset: number, end: number): number {
  let at = offset;
  for (let last = -1; at < end;) {
    if (at + 2 > end) return -1;
    const window = message[at]!;
    const length = message[at + 1]!;
    if (window <= last || length < 1 || length > 32) return -1;
    last = window;
    at += 2 + length;
  }
  return at === end ? end : -1;
}

function skipParameters(message: Uint8Array, offset: number, end: number): number {
  let at = offset;
  for (let last = -1; at < end;) {
    if (at + 4 > end) return -1;
    const key = read16(message, at);
    if (key <= last) return -1;
    last = key;
    at += 4 + read16(message, at + 2);
  }
  return at === end ? end : -1;
}
