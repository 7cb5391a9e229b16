// Data plane: no allocation after start.
// Reads a query where it lies: nothing is copied, the view holds offsets and integers. Whatever the
// bytes are, the work is linear in their number and the view tells only what was read whole.

import { FLAG, HEADER_LENGTH, OPCODE, OPTION, TYPE } from "./constants.ts";
import { nameLength, skipName } from "./name.ts";
import { read16 } from "./numbers.ts";

/** What readQuery found. */
export const READ = {
  OK: 0,
  /** Not to be answered: shorter than a header, or a response (CVE-2024-2169). */
  DROP: 1,
  FORMERR: 2,
  /** An opcode other than QUERY. */
  NOTIMP: 3,
  /** An EDNS version over 0. */
  BADVERS: 4,
  /** No question but a COOKIE option: the client asks for a server cookie (RFC 7873 §5.4). */
  COOKIE_ONLY: 5,
} as const;

const MIN_UDP_SIZE = 512;
/** Of a record after its owner: type, class, TTL and RDLENGTH. */
const RECORD_FIXED_LENGTH = 10;
const OPTION_HEADER_LENGTH = 4;

/**
 * A query's fields. Offsets are offsets in the buffer, lengths count bytes, switches are 0 or 1.
 */
export class QueryView {
  id = 0;
  /** The header's whole second word. */
  flags = 0;
  opcode = 0;
  rd = 0;
  cd = 0;
  ad = 0;
  qnameOffset = 0;
  /** With the root's byte. */
  qnameLength = 0;
  /** The offset after the qclass; 0 when no question was read. */
  questionEnd = 0;
  qtype = 0;
  qclass = 0;
  hasEdns = 0;
  ednsVersion = 0;
  /** As sent, but at least 512; 512 without EDNS. */
  udpSize: number = MIN_UDP_SIZE;
  dnssecOk = 0;
  /** Of the COOKIE option's data; the length is 0 when there is none. */
  cookieOffset = 0;
  cookieLength = 0;
  hasKeepalive = 0;
  hasPadding = 0;
  /** Of the client subnet option's data (RFC 7871); the length is 0 when there is none. */
  ecsOffset = 0;
  ecsLength = 0;

  reset(): void {
    this.id = this.flags = this.opcode = this.rd = this.cd = this.ad = 0;
    this.qnameOffset = this.qnameLength = this.questionEnd = this.qtype = this.qclass = 0;
    this.hasEdns = this.ednsVersion = this.dnssecOk = 0;
    this.udpSize = MIN_UDP_SIZE;
    this.cookieOffset = this.cookieLength = this.ecsOffset = this.ecsLength = 0;
    this.hasKeepalive = this.hasPadding = 0;
  }
}

/**
 * Reads the query of `length` bytes at `offset` into `view`, which is reset first; returns one of
 * READ. Whatever it returns, what could be read stays in the view: id, flags and opcode whenever
 * there is a header, the question when all of it was there.
 */
export function readQuery(
  bytes: Uint8Array,
  offset: number,
  length: number,
  view: QueryView,
): number {
  view.reset();
  if (length < HEADER_LENGTH) return READ.DROP;
  readHeader(bytes, offset, view);
  if ((view.flags & FLAG.QR) !== 0) return READ.DROP;
  if (view.opcode !== OPCODE.QUERY) return READ.NOTIMP;
  const end = offset + length;
  if (readSections(bytes, offset, end, view) !== end) return READ.FORMERR;
  if (view.ednsVersion > 0) return READ.BADVERS;
  if (view.questionEnd > 0) return READ.OK;
  return view.cookieLength > 0 ? READ.COOKIE_ONLY : READ.FORMERR;
}

function readHeader(bytes: Uint8Array, offset: number, view: QueryView): void {
  const flags = read16(bytes, offset + 2);
  view.id = read16(bytes, offset);
  view.flags = flags;
  view.opcode = (flags >> 11) & 15;
  view.rd = (flags & FLAG.RD) !== 0 ? 1 : 0;
  view.cd = (flags & FLAG.CD) !== 0 ? 1 : 0;
  view.ad = (flags & FLAG.AD) !== 0 ? 1 : 0;
}

/** Returns the offset after the last record, −1 when something is malformed. */
function readSections(bytes: Uint8Array, offset: number, end: number, view: QueryView): number {
  const qdCount = read16(bytes, offset + 4);
  const nsCount = read16(bytes, offset + 8);
  const arCount = read16(bytes, offset + 10);
  let at = offset + HEADER_LENGTH;
  if (qdCount > 1) return -1; // RFC 9619
  if (qdCount === 1) at = readQuestion(bytes, at, end, view);
  if (at < 0 || read16(bytes, offset + 6) !== 0) return -1;
  if (nsCount > 0) {
    // An IXFR query carries the SOA that the client has (RFC 1995 §3).
    if (nsCount > 1 || view.qtype !== TYPE.IXFR) return -1;
    at = readRecord(bytes, at, end, view, false);
  }
  for (let i = 0; i < arCount && at >= 0; i++) at = readRecord(bytes, at, end, view, true);
  return at;
}

function readQuestion(bytes: Uint8Array, offset: number, end: number, view: QueryView): number {
  const length = nameLength(bytes, offset, end);
  if (length < 0 || offset + length + 4 > end) return -1;
  view.qnameOffset = offset;
  view.qnameLength = length;
  view.qtype = read16(bytes, offset + length);
  view.qclass = read16(bytes, offset + length + 2);
  view.questionEnd = offset + length + 4;
  return view.questionEnd;
}

/** Walks over a record; OPT is read, and only where it may be, others are none of our business. */
function readRecord(
  bytes: Uint8Array,
  offset: number,
  end: number,
  view: QueryView,
  additional: boolean,
): number {
  const ownerEnd = skipName(bytes, offset, end);
  if (ownerEnd < 0 || ownerEnd + RECORD_FIXED_LENGTH > end) return -1;
  const rdataOffset = ownerEnd + RECORD_FIXED_LENGTH;
  const rdataEnd = rdataOffset + read16(bytes, ownerEnd + 8);
  if (rdataEnd > end) return -1;
  if (read16(bytes, ownerEnd) !== TYPE.OPT) return rdataEnd;
  if (!additional || view.hasEdns === 1 || bytes[offset] !== 0) return -1; // RFC 6891 §6.1.1
  view.hasEdns = 1;
  view.udpSize = Math.max(read16(bytes, ownerEnd + 2), MIN_UDP_SIZE);
  view.ednsVersion = bytes[ownerEnd + 5]!;
  view.dnssecOk = bytes[ownerEnd + 6]! >> 7;
  // What the options of another version look like is not known.
  return view.ednsVersion > 0 ? rdataEnd : readOptions(bytes, rdataOffset, rdataEnd, view);
}

function readOptions(bytes: Uint8Array, offset: number, end: number, view: QueryView): number {
  let at = offset;
  while (at + OPTION_HEADER_LENGTH <= end) {
    const dataOffset = at + OPTION_HEADER_LENGTH;
    const length = read16(bytes, at + 2);
    if (dataOffset + length > end) return -1;
    if (!noteOption(read16(bytes, at), dataOffset, length, view)) return -1;
    at = dataOffset + length;
  }
  return at === end ? end : -1;
}

/** Of options that come twice the first counts (RFC 7873 §5.2). Returns false when malformed. */
function noteOption(code: number, offset: number, length: number, view: QueryView): boolean {
  if (code === OPTION.COOKIE && view.cookieLength === 0) {
    if (length !== 8 && (length < 16 || length > 40)) return false; // RFC 7873 §5.2.2
    view.cookieOffset = offset;
    view.cookieLength = length;
  } else if (code === OPTION.ECS && view.ecsLength === 0) {
    view.ecsOffset = offset;
    view.ecsLength = length;
  } else if (code === OPTION.KEEPALIVE) {
    view.hasKeepalive = 1;
  } else if (code === OPTION.PADDING) {
    view.hasPadding = 1;
  }
  return true;
}
