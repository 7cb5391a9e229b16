// Tells records apart: two records are the same when owner, type and RDATA are, names in either
// case and however they are compressed (RFC 2181 §5). The class is the caller's matter.

import { MAX_MESSAGE_LENGTH, MAX_NAME_LENGTH } from "./constants.ts";
import { copyName, skipName } from "./name.ts";
import { write16 } from "./numbers.ts";
import { skipField } from "./rdata-field.ts";
import { FIELD, rdataLayout } from "./rdata-layout.ts";
import type { ResponseRecord } from "./read-response.ts";

/** An owner, a type, and RDATA with at most two names written out. */
const scratch = new Uint8Array(MAX_MESSAGE_LENGTH + 4 * MAX_NAME_LENGTH);
/** One character a byte: which one does not matter, only that no two bytes share it. */
const decoder = new TextDecoder("latin1");

/** The same string for the same record of a message that readResponse accepts, and for no other. */
export function recordKey(message: Uint8Array, record: ResponseRecord): string {
  const { type, ownerOffset, rdataOffset, rdataLength } = record;
  const end = rdataOffset + rdataLength;
  let length = copyName(message, 0, message.length, ownerOffset, scratch, 0, true);
  write16(scratch, length, type);
  length += 2;
  let at = rdataOffset;
  for (const field of rdataLayout(type)) {
    if (field === FIELD.NAME || field === FIELD.PLAIN_NAME) {
      length += copyName(message, 0, message.length, at, scratch, length, true);
      at = skipName(message, at, end);
    } else {
      const fieldEnd = skipField(message, at, end, field);
      while (at < fieldEnd) scratch[length++] = message[at++]!;
    }
  }
  return decoder.decode(scratch.subarray(0, length));
}
