// Writes a message of dns-packet's anew with names compressed at random, as other servers might:
// pointers to any suffix written before, in owners and in RDATA, or none.

import type { Answer, Packet } from "dns-packet";
import { nameLength } from "../../../src/wire/name.ts";
import { read16 } from "../../../src/wire/numbers.ts";
import { skipField } from "../../../src/wire/rdata-field.ts";
import { FIELD, rdataLayout } from "../../../src/wire/rdata-layout.ts";
import { joined, toHex, word16 } from "./compose.ts";
import { peerBytes, peerRecordBytes } from "./peer.ts";
import type { Random } from "./random.ts";

export function compressed(packet: Packet, random: Random): Uint8Array {
  const { answers = [], authorities = [], additionals = [], ...rest } = packet;
  const head = peerBytes(rest);
  for (const [i, records] of [answers, authorities, additionals].entries()) {
    head.set(word16(records.length), 6 + 2 * i);
  }
  const writer = new RandomWriter(head, random);
  for (const record of [...answers, ...authorities, ...additionals]) writer.writeRecord(record);
  return writer.bytes;
}

class RandomWriter {
  bytes: Uint8Array;
  private readonly random: Random;
  /** Suffixes as hexadecimal digits, case and all, and where they lie. */
  private readonly suffixes = new Map<string, number>();

  constructor(head: Uint8Array, random: Random) {
    this.bytes = head.subarray(0, 12);
    this.random = random;
    this.writeName(head, 12, false);
    this.bytes = head;
  }

  writeRecord(record: Answer): void {
    const plain = peerRecordBytes(record);
    const ownerEnd = nameLength(plain, 0, plain.length);
    // An OPT record's owner is the root, which is never compressed.
    this.writeName(plain, 0, this.random.chance(80));
    const fixedOffset = this.bytes.length;
    this.append(plain.subarray(ownerEnd, ownerEnd + 10));
    this.writeRdata(plain, ownerEnd + 10, read16(plain, ownerEnd));
    this.bytes.set(word16(this.bytes.length - fixedOffset - 10), fixedOffset + 8);
  }

  private writeRdata(plain: Uint8Array, offset: number, type: number): void {
    let at = offset;
    for (const field of rdataLayout(type)) {
      const isName = field === FIELD.NAME || field === FIELD.PLAIN_NAME;
      if (isName) {
        this.writeName(plain, at, this.random.chance(60));
        at += nameLength(plain, at, plain.length);
      } else {
        const end = skipField(plain, at, plain.length, field);
        this.append(plain.subarray(at, end));
        at = end;
      }
    }
  }

  private writeName(plain: Uint8Array, offset: number, compresses: boolean): void {
    const end = offset + nameLength(plain, offset, plain.length);
    for (let at = offset; at < end - 1; at += plain[at]! + 1) {
      const suffix = toHex(plain.subarray(at, end));
      const known = this.suffixes.get(suffix);
      if (compresses && known !== undefined && this.random.chance(80)) {
        this.append(word16(0xc000 | known));
        return;
      }
      if (this.bytes.length < 0x4000) this.suffixes.set(suffix, this.bytes.length);
      this.append(plain.subarray(at, at + plain[at]! + 1));
    }
    this.append(plain.subarray(end - 1, end));
  }

  private append(more: Uint8Array): void {
    this.bytes = joined(this.bytes, more);
  }
}
