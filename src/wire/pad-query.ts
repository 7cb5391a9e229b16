// Data plane: no allocation after start.
// Pads a query to a multiple of a block, so that its length tells little of the name asked for
// (RFC 7830, RFC 8467 §4.1). The query itself is not changed.

import { HEADER_LENGTH, MAX_MESSAGE_LENGTH, TYPE } from "./constants.ts";
import { nameLength } from "./name.ts";
import { read16 } from "./numbers.ts";
import { endOpt, OPT_FIXED_LENGTH, writePadding } from "./write.ts";

const OPTION_HEADER_LENGTH = 4;

/**
 * Writes `query` to `out` with its OPT record, which must be its last one as buildQuery makes it,
 * padded so that the whole is a multiple of `block` bytes. Without such a record, or when `out` has
 * no room for that much, the query is copied as it is. Returns the length in bytes.
 */
export function padQuery(
  query: Uint8Array,
  block: number,
  out: Uint8Array,
  outOffset: number,
): number {
  const length = query.length;
  for (let i = 0; i < length; i++) out[outOffset + i] = query[i]!;
  const least = length + OPTION_HEADER_LENGTH;
  const padded = least + ((block - (least % block)) % block);
  if (padded > MAX_MESSAGE_LENGTH || outOffset + padded > out.length) return length;
  const optOffset = findOpt(query);
  if (optOffset < 0) return length;
  const end = writePadding(out, outOffset + length, padded - least);
  endOpt(out, outOffset + optOffset, end);
  return padded;
}

/**
 * Offset of the OPT record of a query that holds a question, that record and nothing else; or −1.
 */
function findOpt(query: Uint8Array): number {
  const end = query.length;
  if (end < HEADER_LENGTH || read16(query, 4) !== 1 || read16(query, 10) !== 1) return -1;
  if (read16(query, 6) !== 0 || read16(query, 8) !== 0) return -1;
  const qnameLength = nameLength(query, HEADER_LENGTH, end);
  const at = HEADER_LENGTH + qnameLength + 4;
  if (qnameLength < 0 || at + OPT_FIXED_LENGTH > end) return -1;
  if (query[at] !== 0 || read16(query, at + 1) !== TYPE.OPT) return -1;
  return at + OPT_FIXED_LENGTH + read16(query, at + 9) === end ? at : -1;
}
