// Data plane: no allocation after start.
// Where a datagram came from, read from its origin: struct sockaddr_in or sockaddr_in6 at byte `at`.

import {
  AF_INET,
  SOCKADDR_IN6_ADDRESS_OFFSET,
  SOCKADDR_IN_ADDRESS_OFFSET,
  SOCKADDR_PORT_OFFSET,
} from "./socket-constants.ts";

const MAPPED_PREFIX = 0xffff;

export function originPort(bytes: Uint8Array, at: number): number {
  return (bytes[at + SOCKADDR_PORT_OFFSET]! << 8) | bytes[at + SOCKADDR_PORT_OFFSET + 1]!;
}

/** The address into four words, most significant first; IPv4 as ::ffff:a.b.c.d. */
export function copyOriginAddress(
  family: number,
  bytes: Uint8Array,
  at: number,
  words: Uint32Array,
): void {
  if (family === AF_INET) {
    words[0] = words[1] = 0;
    words[2] = MAPPED_PREFIX;
    words[3] = bigEndianWord(bytes, at + SOCKADDR_IN_ADDRESS_OFFSET);
    return;
  }
  const from = at + SOCKADDR_IN6_ADDRESS_OFFSET;
  for (let w = 0; w < 4; w++) words[w] = bigEndianWord(bytes, from + 4 * w);
}

function bigEndianWord(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}
