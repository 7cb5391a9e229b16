// Reads a whole response and checks all of it: what passes is well-formed to the last byte, so that
// everything behind this door may follow its offsets without looking again.

import { FLAG, HEADER_LENGTH, MAX_NAME_LENGTH, OPCODE, TYPE } from "./constants.ts";
import { copyOf } from "./copy-bytes.ts";
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

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

/** Reads `message`, which it neither changes nor keeps. */
export function readResponse(message: Uint8Array): ParsedResponse | ResponseFault {
  const walk = new ResponseWalk();
  const fault = walk.read(message);
  if (fault !== undefined) return fault;
  const { edns, flags, qclass, qtype, rcode, records } = walk;
  return {
    id: read16(message, 0),
    flags,
    rcode,
    questionOffset: HEADER_LENGTH,
    qname: lowerName(message, HEADER_LENGTH),
    qtype,
    qclass,
    records,
    edns,
    end: message.length,
  };
}

/**
 * A walk through a response, and what it has found. It may read one response after the other: it keeps
 * its records and fills them in again, so that what it found holds until the next read().
 */
export class ResponseWalk {
  flags = 0;
  rcode = 0;
  qtype = 0;
  qclass = 0;
  readonly records: ResponseRecord[] = [];
  edns: ResponseEdns | undefined;
  private readonly made: Mutable<ResponseRecord>[] = [];
  private at = 0;

  /** What is wrong with `message`; the fields hold only if nothing is. */
  read(message: Uint8Array): ResponseFault | undefined {
    this.records.length = 0;
    this.edns = undefined;
    if (message.length < HEADER_LENGTH) return "short";
    this.flags = read16(message, 2);
    const opcode = (this.flags >> 11) & 15;
    if ((this.flags & FLAG.QR) === 0 || opcode !== OPCODE.QUERY) return "not-a-response";
    const qnameLength = nameLength(message, HEADER_LENGTH, message.length);
    const qnameEnd = HEADER_LENGTH + qnameLength;
    if (read16(message, 4) !== 1 || qnameLength < 0) return "question";
    if (qnameEnd + 4 > message.length) return "question";
    this.qtype = read16(message, qnameEnd);
    this.qclass = read16(message, qnameEnd + 2);
    this.at = qnameEnd + 4;
    const fault = this.readSections(message);
    this.rcode = (this.extendedRcode << 4) | (this.flags & 15);
    return fault;
  }

  private get extendedRcode(): number {
    return this.edns?.extendedRcode ?? 0;
  }

  private readSections(message: Uint8Array): ResponseFault | undefined {
    return (
      this.readSection(message, "answer", read16(message, 6)) ??
      this.readSection(message, "authority", read16(message, 8)) ??
      this.readSection(message, "additional", read16(message, 10)) ??
      (this.at === message.length ? undefined : "trailing")
    );
  }

  private readSection(
    message: Uint8Array,
    section: Section,
    count: number,
  ): ResponseFault | undefined {
    for (let i = 0; i < count; i++) {
      if (this.at === message.length) return "counts";
      const fault = this.readRecord(message, section);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  private readRecord(message: Uint8Array, section: Section): ResponseFault | undefined {
    const ownerOffset = this.at;
    const ownerEnd = skipValidName(message, ownerOffset, message.length);
    if (ownerEnd < 0) return "name";
    const rdataOffset = ownerEnd + 10;
    if (rdataOffset > message.length) return "short";
    const rdataLength = read16(message, ownerEnd + 8);
    this.at = rdataOffset + rdataLength;
    if (this.at > message.length) return "short";
    const type = read16(message, ownerEnd);
    if (type === TYPE.OPT) return this.readOpt(message, section, ownerOffset, ownerEnd);
    if (!isRdataValid(message, rdataOffset, rdataLength, type)) return "rdata";
    const record = this.nextRecord();
    record.section = section;
    record.ownerOffset = ownerOffset;
    record.type = type;
    record.class = read16(message, ownerEnd + 2);
    record.ttl = read32(message, ownerEnd + 4);
    record.ttlOffset = ownerEnd + 4;
    record.rdataOffset = rdataOffset;
    record.rdataLength = rdataLength;
    this.records.push(record);
    return undefined;
  }

  private nextRecord(): Mutable<ResponseRecord> {
    return (this.made[this.records.length] ??= {
      section: "answer",
      ownerOffset: 0,
      type: 0,
      class: 0,
      ttl: 0,
      ttlOffset: 0,
      rdataOffset: 0,
      rdataLength: 0,
    });
  }

  private readOpt(
    message: Uint8Array,
    section: Section,
    ownerOffset: number,
    fixedOffset: number,
  ): ResponseFault | undefined {
    const misplaced = section !== "additional" || this.edns !== undefined;
    if (misplaced || message[ownerOffset] !== 0) return "opt"; // RFC 6891 §6.1.1
    this.edns = readResponseEdns(message, fixedOffset, this.at);
    return this.edns === undefined ? "opt" : undefined;
  }
}

const scratch = new Uint8Array(MAX_NAME_LENGTH);

/** The name at `offset` of a message that readResponse accepts: uncompressed, in lower case. */
export function lowerName(message: Uint8Array, offset: number): Uint8Array {
  const length = copyName(message, 0, message.length, offset, scratch, 0, true);
  return copyOf(scratch, 0, length);
}
