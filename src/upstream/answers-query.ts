// Whether a response belongs to a query (RFC 5452 §9.1): it is one, and it repeats the question.
// The ID is for the caller to compare.

import { bareFailure } from "../wire/bare-failure.ts";
import { FLAG, HEADER_LENGTH } from "../wire/constants.ts";
import { nameLength, sameName } from "../wire/name.ts";
import { read16 } from "../wire/numbers.ts";

/** `query` is well-formed and has one question; nothing is expected of `response`. */
export function answersQuery(query: Uint8Array, response: Uint8Array): boolean {
  if (response.length < HEADER_LENGTH) return false;
  if ((read16(response, 2) & FLAG.QR) === 0 || read16(response, 4) !== 1) return false;
  const length = nameLength(response, HEADER_LENGTH, response.length);
  const end = HEADER_LENGTH + length;
  if (length < 0 || end + 4 > response.length || end + 4 > query.length) return false;
  for (let i = end; i < end + 4; i++) if (query[i] !== response[i]) return false;
  return sameName(query, HEADER_LENGTH, response, HEADER_LENGTH);
}

/**
 * The same over a stream, which nobody can speak into from outside: there a server that says that it
 * failed may do so without repeating the question, if the ID is the query's.
 */
export function answersOverStream(query: Uint8Array, response: Uint8Array): boolean {
  return bareFailure(response) >= 0 || answersQuery(query, response);
}
