// RCODEs by name, for people and for labels.

import { RCODE } from "../wire/constants.ts";

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RCODE).map(([name, rcode]) => [rcode, name]),
);

/** `NXDOMAIN`; `RCODE11` for those without a name here. */
export function rcodeName(rcode: number): string {
  return NAMES.get(rcode) ?? `RCODE${rcode}`;
}
