// Data plane: no allocation after start.
// Writes the pieces of a message into the caller's buffer. Each returns the offset after what it
// wrote; none checks for room, which the caller has measured.

import { HEADER_LENGTH, OPTION, TYPE } from "./constants.ts";
import { write16 } from "./numbers.ts";

/** Length in bytes of an OPT record without options (RFC 6891 §6.1.2). */
export const OPT_FIXED_LENGTH = 11;
/** From the start of an OPT record to its RDLENGTH. */
const OPT_RDLENGTH_OFFSET = 9;
const DO = 0x8000;

/** `flags` is the whole second word: QR, opcode, bits and the low four bits of the rcode. */
export function writeHeader(
  out: Uint8Array,
  offset: number,
  id: number,
  flags: number,
  qdCount: number,
  anCount: number,
  nsCount: number,
  arCount: number,
): number {
  write16(out, offset, id);
  write16(out, offset + 2, flags);
  write16(out, offset + 4, qdCount);
  write16(out, offset + 6, anCount);
  write16(out, offset + 8, nsCount);
  write16(out, offset + 10, arCount);
  return offset + HEADER_LENGTH;
}

/** `qname` holds one uncompressed name and nothing else. */
export function writeQuestion(
  out: Uint8Array,
  offset: number,
  qname: Uint8Array,
  qtype: number,
  qclass: number,
): number {
  const at = copyBytes(out, offset, qname, 0, qname.length);
  write16(out, at, qtype);
  write16(out, at + 2, qclass);
  return at + 4;
}

/**
 * An OPT record without options: endOpt follows once they are written. `extendedRcode` is the
 * rcode's upper eight bits; `dnssecOk` is 0 or 1.
 */
export function writeOptStart(
  out: Uint8Array,
  offset: number,
  udpSize: number,
  extendedRcode: number,
  version: number,
  dnssecOk: number,
): number {
  out[offset] = 0;
  write16(out, offset + 1, TYPE.OPT);
  write16(out, offset + 3, udpSize);
  out[offset + 5] = extendedRcode;
  out[offset + 6] = version;
  write16(out, offset + 7, dnssecOk === 1 ? DO : 0);
  write16(out, offset + OPT_RDLENGTH_OFFSET, 0);
  return offset + OPT_FIXED_LENGTH;
}

export function writeOption(
  out: Uint8Array,
  offset: number,
  code: number,
  bytes: Uint8Array,
  bytesOffset: number,
  bytesLength: number,
): number {
  write16(out, offset, code);
  write16(out, offset + 2, bytesLength);
  return copyBytes(out, offset + 4, bytes, bytesOffset, bytesLength);
}

/** An extended error (RFC 8914 §2): INFO-CODE, then text in UTF-8. */
export function writeEde(
  out: Uint8Array,
  offset: number,
  infoCode: number,
  textBytes: Uint8Array,
  textOffset: number,
  textLength: number,
): number {
  write16(out, offset, OPTION.EDE);
  write16(out, offset + 2, 2 + textLength);
  write16(out, offset + 4, infoCode);
  return copyBytes(out, offset + 6, textBytes, textOffset, textLength);
}

/** `length` zero bytes behind the option's own four (RFC 7830 §3). */
export function writePadding(out: Uint8Array, offset: number, length: number): number {
  write16(out, offset, OPTION.PADDING);
  write16(out, offset + 2, length);
  const end = offset + 4 + length;
  for (let at = offset + 4; at < end; at++) out[at] = 0;
  return end;
}

/** Closes the OPT record that starts at `optOffset`: its options end at `endOffset`. */
export function endOpt(out: Uint8Array, optOffset: number, endOffset: number): void {
  write16(out, optOffset + OPT_RDLENGTH_OFFSET, endOffset - optOffset - OPT_FIXED_LENGTH);
}

function copyBytes(
  out: Uint8Array,
  offset: number,
  bytes: Uint8Array,
  bytesOffset: number,
  length: number,
): number {
  for (let i = 0; i < length; i++) out[offset + i] = bytes[bytesOffset + i]!;
  return offset + length;
}
