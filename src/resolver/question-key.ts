// Data plane: no allocation after start.
// The flags in a cache key: what makes two queries with the same question want different answers.

import type { QueryView } from "../wire/query-view.ts";

export const DO_FLAG = 1;
export const CD_FLAG = 2;
/** Keys the memory of a failure (RFC 9520), apart from the data that it must not replace. */
export const FAILURE_FLAG = 4;
const ANSWER_SET_SHIFT = 8;

export function keyFlags(query: QueryView, answerSet: number): number {
  return (answerSet << ANSWER_SET_SHIFT) | (query.cd * CD_FLAG) | (query.dnssecOk * DO_FLAG);
}
