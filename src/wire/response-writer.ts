// Writes a response anew, record by record: names compressed where RFC 3597 §4 allows it and
// written out elsewhere, the place of each TTL noted. One writer serves one response after the
// other.

import { MAX_MESSAGE_LENGTH, MAX_NAME_LENGTH } from "./constants.ts";
import { copyOf } from "./copy-bytes.ts";
import { copyName, skipName } from "./name.ts";
import { NameTable } from "./name-table.ts";
import { write16, write32 } from "./numbers.ts";
import type { Question } from "./question.ts";
import { skipField } from "./rdata-field.ts";
import { FIELD, rdataLayout } from "./rdata-layout.ts";
import type { ResponseRecord } from "./read-response.ts";
import { writeHeader, writeQuestion } from "./write.ts";

/**
 * A message at its longest, and behind it one more record: at most that much RDATA and three names.
 */
const CAPACITY = 2 * MAX_MESSAGE_LENGTH + 4 * MAX_NAME_LENGTH;
/** A record has at least an owner of one byte and ten more. */
const MAX_RECORDS = Math.floor(MAX_MESSAGE_LENGTH / 11);

export class ResponseWriter {
  private readonly out: Uint8Array = new Uint8Array(CAPACITY);
  private readonly ttls: Uint16Array = new Uint16Array(MAX_RECORDS);
  private readonly names: NameTable = new NameTable();
  private readonly name: Uint8Array = new Uint8Array(MAX_NAME_LENGTH);
  private length = 0;
  private ttlCount = 0;

  /** Header, with ID 0 and no records yet, and question; `qname` in lower case. */
  begin(flags: number, { qname, qtype, qclass }: Question, compressesNames = true): void {
    const header = writeHeader(this.out, 0, 0, flags, 1, 0, 0, 0);
    this.names.reset(compressesNames);
    this.names.write(this.out, header, qname);
    this.length = writeQuestion(this.out, header, qname, qtype, qclass);
    this.ttlCount = 0;
  }

  /**
   * Writes a record of a message that readResponse accepts, with the TTL given. Returns false when
   * the response has grown over 65,535 bytes: it is then of no use.
   */
  writeRecord(message: Uint8Array, record: ResponseRecord, ttl: number): boolean {
    copyName(message, 0, message.length, record.ownerOffset, this.name, 0, false);
    const at = this.names.write(this.out, this.length, this.name);
    write16(this.out, at, record.type);
    write16(this.out, at + 2, record.class);
    write32(this.out, at + 4, ttl);
    this.length = at + 10;
    this.writeRdata(message, record);
    if (this.length > MAX_MESSAGE_LENGTH) return false;
    write16(this.out, at + 8, this.length - at - 10);
    this.ttls[this.ttlCount++] = at + 4;
    return true;
  }

  private writeRdata(message: Uint8Array, record: ResponseRecord): void {
    const end = record.rdataOffset + record.rdataLength;
    let at = record.rdataOffset;
    for (const field of rdataLayout(record.type)) {
      const compresses = field === FIELD.NAME;
      if (compresses || field === FIELD.PLAIN_NAME) {
        at = this.writeName(message, at, end, compresses);
      } else {
        const fieldEnd = skipField(message, at, end, field);
        while (at < fieldEnd) this.out[this.length++] = message[at++]!;
      }
    }
  }

  /** Returns the offset after the name in `message`. */
  private writeName(message: Uint8Array, offset: number, end: number, compresses: boolean): number {
    const target = compresses ? this.name : this.out;
    const targetOffset = compresses ? 0 : this.length;
    const length = copyName(message, 0, message.length, offset, target, targetOffset, false);
    this.length = compresses
      ? this.names.write(this.out, this.length, this.name)
      : this.length + length;
    return skipName(message, offset, end);
  }

  /** Puts the counts into the header and gives the response, a buffer of its own. */
  finish(anCount: number, nsCount: number): Uint8Array {
    write16(this.out, 6, anCount);
    write16(this.out, 8, nsCount);
    return copyOf(this.out, 0, this.length);
  }

  /** Offsets of the TTL fields in the response, in order. */
  ttlOffsets(): Uint16Array {
    const offsets = new Uint16Array(this.ttlCount);
    for (let i = 0; i < offsets.length; i++) offsets[i] = this.ttls[i]!;
    return offsets;
  }
}
