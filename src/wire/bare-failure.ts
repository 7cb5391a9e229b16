// Some servers that can't or won't read a query say so in a response without its question: little
// more than a header (RFC 1035 §4.1.1 lets QDCOUNT be 0).

import { FLAG, HEADER_LENGTH, RCODE } from "./constants.ts";
import { read16 } from "./numbers.ts";

const FAILURES: readonly number[] = [RCODE.FORMERR, RCODE.SERVFAIL, RCODE.NOTIMP, RCODE.REFUSED];

/** The rcode of a response without a question that says that its server failed; −1 for any other. */
export function bareFailure(response: Uint8Array): number {
  if (response.length < HEADER_LENGTH || read16(response, 4) !== 0) return -1;
  const flags = read16(response, 2);
  const rcode = flags & 15;
  return (flags & FLAG.QR) !== 0 && FAILURES.includes(rcode) ? rcode : -1;
}
