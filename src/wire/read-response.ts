// Reads a whole response and checks all of it: what passes is well-formed to the last byte, so that
// everything behind this door may follow its offsets without looking again.

import { FLAG, HEADER_LENGTH, MAX_NAME_LENGTH, OPCODE, TYPE } from "./constants.ts";
import { copyName, nameLength } from "./name.ts";
import { read16, read32 } from "./numbers.ts";
import { isRdataValid, skipValidName } from "./rdata-field.ts";
import { readResponseEdns, type ResponseEdns } from "./response-edns.ts";
import type { ResponseFault } from "./response-fault.ts";

export type Section = "answer" | "authority" | "additional";

/** Where a record lies; offsets are offsets in the message. */
export interface ResponseRecord {
  readonly section: Section;
  readonly ownerOffset: number;
  readonly type: number;
  readonly class: number;
  /** As sent: 0 to 2³² − 1. */
  readonly ttl: number;
  readonly ttlOffset: number;
  readonly rdataOffset: number;
  readonly rdataLength: number;
}

export interface ParsedResponse {
  readonly id: number;
  /** The header's second word. */
  readonly flags: number;
  /** All 12 bits, OPT's upper eight included. */
  readonly rcode: number;
  readonly questionOffset: number;
  /** In lower case, a buffer of its own. */
  readonly qname: Uint8Array;
  readonly qtype: number;
  readonly qclass: number;
  /** All but OPT, in the order they came. */
  readonly records: readonly ResponseRecord[];
  readonly edns: ResponseEdns | undefined;
  /** Offset after the last record: the message's length. */
  readonly end: number;
}

/** A walk through the records: where it is and what it has found. */
interface Walk {
  readonly message: Uint8Array;
  at: number;
  readonly records: ResponseRecord[];
  edns: ResponseEdns | undefined;
}

/** Reads `message`, which it neither changes nor keeps. */
export function readResponse(message: Uint8Array): ParsedResponse | ResponseFault {
  if (message.length < HEADER_LENGTH) return "short";
  const flags = read16(message, 2);
  const opcode = (flags >> 11) & 15;
  if ((flags & FLAG.QR) === 0 || opcode !== OPCODE.QUERY) return "not-a-response";
  const qnameLength = nameLength(message, HEADER_LENGTH, message.length);
  const qnameEnd = HEADER_LENGTH + qnameLength;
  if (read16(message, 4) !== 1 || qnameLength < 0) return "question";
  if (qnameEnd + 4 > message.length) return "question";
  const walk: Walk = { message, at: qnameEnd + 4, records: [], edns: undefined };
  const fault = walkSections(walk);
  if (fault !== undefined) return fault;
  return {
    id: read16(message, 0),
    flags,
    rcode: ((walk.edns?.extendedRcode ?? 0) << 4) | (flags & 15),
    questionOffset: HEADER_LENGTH,
    qname: lowerName(message, HEADER_LENGTH),
    qtype: read16(message, qnameEnd),
    qclass: read16(message, qnameEnd + 2),
    records: walk.records,
    edns: walk.edns,
    end: walk.at,
  };
}

const scratch = new Uint8Array(MAX_NAME_LENGTH);

/** The name at `offset` of a message that readResponse accepts: uncompressed, in lower case. */
export function lowerName(message: Uint8Array, offset: number): Uint8Array {
  const length = copyName(message, 0, message.length, offset, scratch, 0, true);
  return scratch.slice(0, length);
}

function walkSections(walk: Walk): ResponseFault | undefined {
  const { message } = walk;
  return (
    walkSection(walk, "answer", read16(message, 6)) ??
    walkSection(walk, "authority", read16(message, 8)) ??
    walkSection(walk, "additional", read16(message, 10)) ??
    (walk.at === message.length ? undefined : "trailing")
  );
}

function walkSection(walk: Walk, section: Section, count: number): ResponseFault | undefined {
  for (let i = 0; i < count; i++) {
    if (walk.at === walk.message.length) return "counts";
    const fault = walkRecord(walk, section);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function walkRecord(walk: Walk, section: Section): ResponseFault | undefined {
  const { message, at: ownerOffset } = walk;
  const ownerEnd = skipValidName(message, ownerOffset, message.length);
  if (ownerEnd < 0) return "name";
  const rdataOffset = ownerEnd + 10;
  if (rdataOffset > message.length) return "short";
  const rdataLength = read16(message, ownerEnd + 8);
  walk.at = rdataOffset + rdataLength;
  if (walk.at > message.length) return "short";
  const type = read16(message, ownerEnd);
  if (type === TYPE.OPT) return walkOpt(walk, section, ownerOffset, ownerEnd);
  if (!isRdataValid(message, rdataOffset, rdataLength, type)) return "rdata";
  walk.records.push({
    section,
    ownerOffset,
    type,
    class: read16(message, ownerEnd + 2),
    ttl: read32(message, ownerEnd + 4),
    ttlOffset: ownerEnd + 4,
    rdataOffset,
    rdataLength,
  });
  return undefined;
}

function walkOpt(
  walk: Walk,
  section: Section,
  ownerOffset: number,
  fixedOffset: number,
): ResponseFault | undefined {
  const { message } = walk;
  const misplaced = section !== "additional" || walk.edns !== undefined;
  if (misplaced || message[ownerOffset] !== 0) return "opt"; // RFC 6891 §6.1.1
  walk.edns = readResponseEdns(message, fixedOffset, walk.at);
  return walk.edns === undefined ? "opt" : undefined;
}
