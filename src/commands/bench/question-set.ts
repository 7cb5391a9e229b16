// Data plane: no allocation after start.
// Questions in wire form, by number: those of a file, kept one behind the other, or those of a
// generator, which only keeps what they have in common.

import { CLASS, TYPE } from "../../wire/constants.ts";
import { write16 } from "../../wire/numbers.ts";
import type { Question } from "../../wire/question.ts";

export interface QuestionSet {
  /** Numbers go from 0 to this − 1. */
  readonly count: number;
  /** Writes qname, qtype and qclass; returns the length in bytes, at most 259. */
  write(number: number, out: Uint8Array, offset: number): number;
}

const TYPE_AND_CLASS_LENGTH = 4;

export class ListedQuestions implements QuestionSet {
  readonly count: number;
  private readonly bytes: Uint8Array;
  /** Where each begins, and where the last one ends. */
  private readonly offsets: Uint32Array;

  constructor(questions: readonly Question[]) {
    this.count = questions.length;
    this.offsets = new Uint32Array(questions.length + 1);
    let end = 0;
    questions.forEach(({ qname }, i) => {
      this.offsets[i + 1] = end += qname.length + TYPE_AND_CLASS_LENGTH;
    });
    this.bytes = new Uint8Array(end);
    questions.forEach(({ qname, qtype, qclass }, i) => {
      const at = this.offsets[i]!;
      this.bytes.set(qname, at);
      write16(this.bytes, at + qname.length, qtype);
      write16(this.bytes, at + qname.length + 2, qclass);
    });
  }

  write(number: number, out: Uint8Array, offset: number): number {
    const start = this.offsets[number]!;
    const length = this.offsets[number + 1]! - start;
    for (let i = 0; i < length; i++) out[offset + i] = this.bytes[start + i]!;
    return length;
  }
}

const DIGITS = 8;
const HEXADECIMAL: Uint8Array = new TextEncoder().encode("0123456789abcdef");

/** Names for A: a label that begins with a prefix and ends with the number, below a zone. */
export class GeneratedQuestions implements QuestionSet {
  readonly count: number;
  private readonly question: Uint8Array;
  private readonly digitsEnd: number;

  /** `prefix` has at most 32 letters; `zone` is in wire form and leaves room for the label. */
  constructor(prefix: string, zone: Uint8Array, count: number) {
    this.count = count;
    const labelLength = prefix.length + DIGITS;
    this.digitsEnd = 1 + labelLength;
    this.question = new Uint8Array(this.digitsEnd + zone.length + TYPE_AND_CLASS_LENGTH);
    this.question[0] = labelLength;
    this.question.set(new TextEncoder().encode(prefix), 1);
    this.question.set(zone, this.digitsEnd);
    write16(this.question, this.digitsEnd + zone.length, TYPE.A);
    write16(this.question, this.digitsEnd + zone.length + 2, CLASS.IN);
  }

  write(number: number, out: Uint8Array, offset: number): number {
    const { digitsEnd, question } = this;
    const { length } = question;
    for (let i = 0; i < length; i++) out[offset + i] = question[i]!;
    let left = number;
    for (let i = 1; i <= DIGITS; i++, left >>>= 4) {
      out[offset + digitsEnd - i] = HEXADECIMAL[left & 15]!;
    }
    return length;
  }
}
