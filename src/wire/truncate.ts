// Data plane: no allocation after start.
// Cuts a response down to its question, the whole of what a truncated response holds (RFC 9715 §3.1
// and RFC 2181 §9: a client must not use what a truncated response carries).

import { FLAG } from "./constants.ts";
import { read16, write16 } from "./numbers.ts";

/**
 * Sets TC and no records in the header at `offset`; the question ends at `questionEnd`, an offset in
 * `out`. Returns the response's length in bytes. An OPT record is the caller's to write anew.
 */
export function truncateToQuestion(out: Uint8Array, offset: number, questionEnd: number): number {
  write16(out, offset + 2, read16(out, offset + 2) | FLAG.TC);
  for (let at = offset + 6; at < offset + 12; at++) out[at] = 0;
  return questionEnd - offset;
}
