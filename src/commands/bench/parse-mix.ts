// Reads --mix: how many of all queries are of each class, as in `hit=90,miss=9,blocked=1`.

import { HermodError } from "../../errors.ts";
import { QUERY_CLASSES, type QueryClass } from "./query-class.ts";
import type { Mix } from "./question-picker.ts";

/** Shares of 1. Throws a HermodError that says what to write. */
export function parseMix(text: string): Mix {
  const parts: Record<QueryClass, number> = { hit: 0, miss: 0, blocked: 0 };
  for (const part of text.split(",")) {
    const [, name, value] = /^([a-z]+)=(\d+(?:\.\d+)?)$/.exec(part.trim()) ?? fail(text);
    if (!isClass(name!)) fail(text);
    parts[name] += Number(value);
  }
  const sum = parts.hit + parts.miss + parts.blocked;
  if (!(sum > 0 && sum < Infinity)) fail(text);
  return { hit: parts.hit / sum, miss: parts.miss / sum, blocked: parts.blocked / sum };
}

export function isClass(name: string): name is QueryClass {
  return (QUERY_CLASSES as readonly string[]).includes(name);
}

function fail(text: string): never {
  throw new HermodError(
    "USAGE",
    `--mix ${JSON.stringify(text)} is not a mix: write shares of hit, miss and blocked, as in hit=90,miss=9,blocked=1.`,
  );
}
