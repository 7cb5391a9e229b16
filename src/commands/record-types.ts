// Types of records by name, for people.

import { nearestName } from "../config/nearest-name.ts";
import { HermodError } from "../errors.ts";
import { TYPE } from "../wire/constants.ts";

const NUMBERS: Readonly<Record<string, number>> = TYPE;
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(TYPE).map(([name, type]) => [type, name]),
);
const MAX_TYPE = 0xffff;

/** `AAAA`; `TYPE65280` for those without a name (RFC 3597 §5). */
export function typeName(type: number): string {
  return NAMES.get(type) ?? `TYPE${type}`;
}

/** The type's number. Throws a HermodError with code TYPE that names the nearest one. */
export function parseType(text: string): number {
  const name = text.toUpperCase();
  const [, digits] = /^TYPE(\d{1,5})$/.exec(name) ?? [];
  const type = digits === undefined ? NUMBERS[name] : Number(digits);
  if (type !== undefined && type <= MAX_TYPE) return type;
  const nearest = nearestName(name, Object.keys(TYPE));
  const mend = nearest === undefined ? "write it as in AAAA or TYPE65" : `did you mean ${nearest}?`;
  throw new HermodError("TYPE", `unknown type ${JSON.stringify(text)}: ${mend}`);
}
