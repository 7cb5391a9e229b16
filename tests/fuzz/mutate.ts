// Damages DNS messages in the ways that have broken parsers: flipped bits, bytes too many and too
// few, counts and lengths that lie, compression pointers to anywhere, two messages made one.

import type { Random } from "./random.ts";

const HEADER_LENGTH = 12;
const MAX_LENGTH = 65_535;
/** Values that lie at an edge of some field. */
const EDGES = [0, 1, 12, 63, 64, 127, 128, 192, 254, 255];

type Mutation = (random: Random, message: Uint8Array, other: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  setBytes,
  insertBytes,
  deleteBytes,
  truncate,
  lieAboutCounts,
  pointSomewhere,
  lieAboutLength,
  splice,
  repeatTail,
];

/** A damaged copy of `message`: one to four mutations in a row; parts of `other` may get into it. */
export function mutate(random: Random, message: Uint8Array, other: Uint8Array): Uint8Array {
  let mutant: Uint8Array = message.slice();
  const rounds = 1 + (random.oneIn(2) ? random.below(4) : 0);
  for (let i = 0; i < rounds; i++) mutant = random.pick(MUTATIONS)(random, mutant, other);
  return mutant.length > MAX_LENGTH ? mutant.slice(0, MAX_LENGTH) : mutant;
}

function flipBits(random: Random, message: Uint8Array): Uint8Array {
  if (message.length === 0) return message;
  for (let n = 1 + random.below(8); n > 0; n--) {
    const at = random.below(message.length);
    message[at] = message[at]! ^ (1 << random.below(8));
  }
  return message;
}

function setBytes(random: Random, message: Uint8Array): Uint8Array {
  if (message.length === 0) return message;
  for (let n = 1 + random.below(3); n > 0; n--) {
    message[random.below(message.length)] = random.pick(EDGES);
  }
  return message;
}

function insertBytes(random: Random, message: Uint8Array): Uint8Array {
  const at = random.below(message.length + 1);
  const bytes = random.bytes(1 + random.below(random.oneIn(10) ? 300 : 8));
  return concat(message.subarray(0, at), bytes, message.subarray(at));
}

function deleteBytes(random: Random, message: Uint8Array): Uint8Array {
  const at = random.below(message.length + 1);
  const end = at + 1 + random.below(8);
  return concat(message.subarray(0, at), message.subarray(end));
}

function truncate(random: Random, message: Uint8Array): Uint8Array {
  return message.slice(0, random.below(message.length + 1));
}

/** One of the header's four counts. */
function lieAboutCounts(random: Random, message: Uint8Array): Uint8Array {
  if (message.length < HEADER_LENGTH) return message;
  const at = 4 + 2 * random.below(4);
  const count = random.oneIn(4) ? random.below(65_536) : random.below(4);
  message[at] = count >> 8;
  message[at + 1] = count & 0xff;
  return message;
}

/** A compression pointer: to itself, a byte before, ahead, into the header or anywhere. */
function pointSomewhere(random: Random, message: Uint8Array): Uint8Array {
  if (message.length < HEADER_LENGTH + 2) return message;
  const at = HEADER_LENGTH + random.below(message.length - HEADER_LENGTH - 1);
  const target = random.pick([at, at - 1, at + 2, 0, HEADER_LENGTH, random.below(0x4000)]);
  message[at] = 0xc0 | ((target >> 8) & 0x3f);
  message[at + 1] = target & 0xff;
  return message;
}

/** Two bytes that may be a length (RDLENGTH, an option's) get another one, or a label's byte does. */
function lieAboutLength(random: Random, message: Uint8Array): Uint8Array {
  if (message.length < HEADER_LENGTH + 2) return message;
  const at = HEADER_LENGTH + random.below(message.length - HEADER_LENGTH - 1);
  if (random.oneIn(2)) {
    message[at] = random.pick(EDGES);
  } else {
    const value = message[at]! * 256 + message[at + 1]! + random.pick([-2, -1, 1, 2, 255, 32_768]);
    message[at] = (value >> 8) & 0xff;
    message[at + 1] = value & 0xff;
  }
  return message;
}

function splice(random: Random, message: Uint8Array, other: Uint8Array): Uint8Array {
  const head = message.subarray(0, random.below(message.length + 1));
  return concat(head, other.subarray(random.below(other.length + 1)));
}

/** The end once more: a second OPT record, a second question, trailing bytes. */
function repeatTail(random: Random, message: Uint8Array): Uint8Array {
  const tail = message.subarray(message.length - random.below(message.length + 1));
  const mutant = concat(message, tail);
  if (mutant.length >= HEADER_LENGTH && random.oneIn(2)) mutant[11] = mutant[11]! + 1;
  return mutant;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
