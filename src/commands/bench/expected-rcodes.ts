// Reads --expect-rcode: which rcodes are right for which class, as in `hit=NOERROR+NXDOMAIN,
// blocked=REFUSED`. Classes that are not named keep what is expected of them anyway.

import { HermodError } from "../../errors.ts";
import { RCODE } from "../../wire/constants.ts";
import { isClass } from "./parse-mix.ts";
import { QUERY_CLASSES, type QueryClass } from "./query-class.ts";

const EXPECTED: Readonly<Record<QueryClass, number>> = {
  hit: 1 << RCODE.NOERROR,
  miss: (1 << RCODE.NOERROR) | (1 << RCODE.NXDOMAIN),
  blocked: 1 << RCODE.NXDOMAIN,
};
/** Those that the header can say. */
const NAMES = Object.entries(RCODE).filter(([, rcode]) => rcode < 16);

/** By class, a bit for each rcode. Throws a HermodError that says what to write. */
export function parseExpectedRcodes(text: string): Uint16Array {
  const expected = { ...EXPECTED };
  for (const part of text.split(",").filter((part) => part !== "")) {
    const [name = "", rcodes = "", ...more] = part.trim().split("=");
    if (!isClass(name) || rcodes === "" || more.length > 0) fail(text);
    expected[name] = rcodes.split("+").reduce((bits, rcode) => bits | bit(rcode, text), 0);
  }
  return Uint16Array.from(QUERY_CLASSES, (name) => expected[name]);
}

function bit(name: string, text: string): number {
  const [, rcode] = NAMES.find(([known]) => known === name.toUpperCase()) ?? fail(text);
  return 1 << rcode;
}

function fail(text: string): never {
  const names = NAMES.map(([name]) => name).join(", ");
  throw new HermodError(
    "USAGE",
    `--expect-rcode ${JSON.stringify(text)} is not understood: write as in hit=NOERROR+NXDOMAIN,blocked=REFUSED; the rcodes are ${names}.`,
  );
}
