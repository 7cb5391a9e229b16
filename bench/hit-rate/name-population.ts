// The names that ids stand for, in wire form: made up, or those of a real list, most popular first as
// far as it goes. Whatever is asked for beyond the list is made up.

import { readFileSync } from "node:fs";
import { textToName } from "../../src/wire/name-text.ts";
import { dataPath } from "../../tests/data-sets.ts";

/** Popular domains, most popular first. */
const LIST = "names-top10k.txt";
/** Longer ones would not leave room for a response of UNIFORM_RESPONSE_BYTES. */
const MAX_QNAME_LENGTH = 52;

export interface NamePopulation {
  /** For people: where the names are from. */
  readonly source: string;
  /** In lower case, at most 52 bytes. The same array each time. */
  qnameOf(id: number): Uint8Array;
}

export function namePopulation(idCount: number): NamePopulation {
  const path = dataPath(LIST);
  const listed = path === undefined ? [] : readNames(path);
  const qnames: Uint8Array[] = new Array(idCount);
  return {
    source: path === undefined ? "made up" : `${LIST}, then made up`,
    qnameOf: (id) => (qnames[id] ??= listed[id] ?? textToName(`host-${id}.example.`)),
  };
}

function readNames(path: string): Uint8Array[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .map((line) => line.trim().toLowerCase())
    .filter((line) => /^[a-z0-9._-]+$/.test(line))
    .map((line) => textToName(`${line}.`))
    .filter((qname) => qname.length <= MAX_QNAME_LENGTH);
}
