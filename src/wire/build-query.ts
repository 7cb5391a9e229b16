// Builds the query that is sent upstream: header, one question, one OPT record as the last thing in
// the message, so that padding can be added where the message is written out.

import { FLAG, HEADER_LENGTH } from "./constants.ts";
import type { Question } from "./question.ts";
import { OPT_FIXED_LENGTH, writeHeader, writeOptStart, writeQuestion } from "./write.ts";

export interface QueryOptions {
  readonly dnssecOk: boolean;
  readonly cd: boolean;
  readonly ad: boolean;
  readonly rd: boolean;
  /** What the response over UDP may have, in bytes. */
  readonly udpSize: number;
  /** 0 when missing: whoever sends the query gives it one. */
  readonly id?: number;
}

/** The query's bytes, a buffer of its own. */
export function buildQuery(question: Question, options: QueryOptions): Uint8Array {
  const { qname, qtype, qclass } = question;
  const out = new Uint8Array(HEADER_LENGTH + qname.length + 4 + OPT_FIXED_LENGTH);
  const flags =
    (options.rd ? FLAG.RD : 0) | (options.ad ? FLAG.AD : 0) | (options.cd ? FLAG.CD : 0);
  const header = writeHeader(out, 0, options.id ?? 0, flags, 1, 0, 0, 1);
  const questionEnd = writeQuestion(out, header, qname, qtype, qclass);
  writeOptStart(out, questionEnd, options.udpSize, 0, 0, options.dnssecOk ? 1 : 0);
  return out;
}
