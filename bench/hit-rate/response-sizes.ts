// How large the response to each name is. Mixed sizes look like a resolver's: mostly one address or
// two, some chains of aliases, a few long lists.

import { Random } from "../../tests/unit/wire/random.ts";
import type { NamePopulation } from "./name-population.ts";

/** Holds a question of 52 bytes and an address. */
export const UNIFORM_RESPONSE_BYTES = 84;

/** Share of names in percent, and the bytes that the answers take, from and to. */
const MIX: readonly (readonly [number, number, number])[] = [
  [60, 16, 64],
  [25, 64, 240],
  [10, 240, 560],
  [5, 560, 1360],
];
const HEADER_AND_QUESTION = 16;

/** Bytes of the response, by id. */
export function mixedResponseBytes(
  names: NamePopulation,
  idCount: number,
  seed: number,
): Int32Array {
  const random = new Random(seed);
  return Int32Array.from({ length: idCount }, (_, id) => {
    return HEADER_AND_QUESTION + names.qnameOf(id).length + answersLength(random);
  });
}

function answersLength(random: Random): number {
  let percent = random.below(100);
  const kind = MIX.find(([share]) => (percent -= share) < 0)!;
  return kind[1] + random.below(kind[2] - kind[1]);
}

export function uniformResponseBytes(idCount: number): Int32Array {
  return new Int32Array(idCount).fill(UNIFORM_RESPONSE_BYTES);
}
