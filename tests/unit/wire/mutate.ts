// Spoils messages the way networks, bugs and attackers do.

import { joined, word16 } from "./compose.ts";
import type { Random } from "./random.ts";

/** One to four changes of `bytes`; `other` is what it may be spliced with. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    result = random.pick(MUTATIONS)(result, random, other);
  }
  return result;
}

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  insertBytes,
  removeBytes,
  cutOff,
  lieInCount,
  plantPointer,
  plantLength,
  splice,
];

function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) change(copy);
  return copy;
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  return changed(bytes, (copy) => {
    copy[random.below(copy.length)]! ^= 1 << random.below(8);
  });
}

/** A value with a meaning somewhere in a message. */
const TELLING = [0, 1, 4, 5, 12, 15, 16, 28, 39, 41, 46, 47, 50, 63, 64, 65, 128, 192, 255];

function setByte(bytes: Uint8Array, random: Random): Uint8Array {
  return changed(bytes, (copy) => {
    copy[random.below(copy.length)] = random.pick(TELLING);
  });
}

function insertBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const more = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
  return joined(bytes.subarray(0, at), more, bytes.subarray(at));
}

function removeBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8)));
}

function cutOff(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1));
}

function lieInCount(bytes: Uint8Array, random: Random): Uint8Array {
  return changed(bytes, (copy) => {
    const at = 4 + random.below(8);
    if (at < copy.length) copy[at] = random.pick([0, 1, 2, 3, 255]);
  });
}

function plantPointer(bytes: Uint8Array, random: Random): Uint8Array {
  return changed(bytes, (copy) => {
    const at = random.below(copy.length);
    copy.set(word16(0xc000 | random.below(copy.length + 2)).subarray(0, copy.length - at), at);
  });
}

/** A length that reaches about as far as the message does. */
function plantLength(bytes: Uint8Array, random: Random): Uint8Array {
  return changed(bytes, (copy) => {
    const at = random.below(copy.length);
    const left = Math.max(0, copy.length - at - 2 + random.below(5) - 2);
    copy.set(word16(left).subarray(0, copy.length - at), at);
  });
}

function splice(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const head = bytes.subarray(0, random.below(bytes.length + 1));
  return joined(head, other.subarray(random.below(other.length + 1)));
}
