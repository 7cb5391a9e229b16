// Data plane: no allocation after start.
// Turns a pick into a query, and says whether a response repeats its question.

import { FLAG, HEADER_LENGTH, MAX_NAME_LENGTH } from "../../wire/constants.ts";
import { lowerByte } from "../../wire/name.ts";
import { OPT_FIXED_LENGTH, writeHeader, writeOptStart } from "../../wire/write.ts";
import { CLASS_BITS, CLASS_MASK } from "./query-class.ts";
import type { QuestionSet } from "./question-set.ts";

/** What a response over UDP may have (RFC 9715). */
const UDP_SIZE = 1232;
const MAX_QUESTION_LENGTH = MAX_NAME_LENGTH + 4;
/** Of a query, in bytes. */
export const MAX_QUERY_LENGTH: number = HEADER_LENGTH + MAX_QUESTION_LENGTH + OPT_FIXED_LENGTH;

export class QuestionBook {
  /** By class. */
  private readonly sets: readonly QuestionSet[];
  private readonly expected: Uint8Array = new Uint8Array(MAX_QUESTION_LENGTH);

  constructor(sets: readonly QuestionSet[]) {
    this.sets = sets;
  }

  /** The whole query with RD and EDNS; returns its length in bytes. */
  write(pick: number, id: number, out: Uint8Array, offset: number): number {
    const at = writeHeader(out, offset, id, FLAG.RD, 1, 0, 0, 1);
    const length = this.sets[pick & CLASS_MASK]!.write(pick >>> CLASS_BITS, out, at);
    return writeOptStart(out, at + length, UDP_SIZE, 0, 0, 0) - offset;
  }

  /** Letters of the name match in either case (RFC 4343); `length` is the whole response's. */
  repeatsQuestion(pick: number, response: Uint8Array, offset: number, length: number): boolean {
    const { expected } = this;
    const end = this.sets[pick & CLASS_MASK]!.write(pick >>> CLASS_BITS, expected, 0);
    if (HEADER_LENGTH + end > length) return false;
    const at = offset + HEADER_LENGTH;
    for (let i = 0; i < end; i++) {
      const byte = response[at + i]!;
      if (byte === expected[i]) continue;
      if (i >= end - 4 || lowerByte(byte) !== lowerByte(expected[i]!)) return false;
    }
    return true;
  }
}
