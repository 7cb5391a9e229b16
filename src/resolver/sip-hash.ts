// Data plane: no allocation after start.
// SipHash-2-4 with 64-bit output (Aumasson and Bernstein 2012), as RFC 9018 §4 asks for server
// cookies. JavaScript has no 64-bit integers without allocation, so each 64-bit word is a pair of
// int32 in `state`: low half at an even place, high half behind it.

const state: Int32Array = new Int32Array(8);

/** state[a] += state[b], 64 bits. */
function add(a: number, b: number): void {
  const low = (state[a]! >>> 0) + (state[b]! >>> 0);
  state[a + 1] = state[a + 1]! + state[b + 1]! + (low > 0xffffffff ? 1 : 0);
  state[a] = low | 0;
}

/** state[a] = rotate left by `bits` (1–31), then xor state[b]. */
function rotateXor(a: number, bits: number, b: number): void {
  const low = state[a]!;
  const high = state[a + 1]!;
  state[a] = ((low << bits) | (high >>> (32 - bits))) ^ state[b]!;
  state[a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ state[b + 1]!;
}

/** Rotation by 32 bits exchanges the halves. */
function exchange(a: number): void {
  const low = state[a]!;
  state[a] = state[a + 1]!;
  state[a + 1] = low;
}

function round(): void {
  add(0, 2);
  rotateXor(2, 13, 0);
  exchange(0);
  add(4, 6);
  rotateXor(6, 16, 4);
  add(0, 6);
  rotateXor(6, 21, 0);
  add(4, 2);
  rotateXor(2, 17, 4);
  exchange(4);
}

function compress(low: number, high: number): void {
  state[6]! ^= low;
  state[7]! ^= high;
  round();
  round();
  state[0]! ^= low;
  state[1]! ^= high;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The last block: what is left of the message, then its length in the highest byte. */
function compressTail(bytes: Uint8Array, at: number, length: number): void {
  let low = 0;
  let high = length << 24;
  for (let i = 0; i < (length & 7); i++) {
    const bits = bytes[at + i]! << (8 * (i & 3));
    if (i < 4) low |= bits;
    else high |= bits;
  }
  compress(low, high);
}

/**
 * Hashes `length` bytes of `message` from its start under a 16-byte `key` and writes the 8 bytes of
 * the hash, least significant first, to `out`.
 */
export function sipHash24(
  key: Uint8Array,
  message: Uint8Array,
  length: number,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let half = 0; half < 4; half++) {
    state[half] = word(key, 4 * half);
    state[half + 4] = state[half]!;
  }
  state[0]! ^= 0x70736575;
  state[1]! ^= 0x736f6d65;
  state[2]! ^= 0x6e646f6d;
  state[3]! ^= 0x646f7261;
  state[4]! ^= 0x6e657261;
  state[5]! ^= 0x6c796765;
  state[6]! ^= 0x79746573;
  state[7]! ^= 0x74656462;
  let at = 0;
  for (; at + 8 <= length; at += 8) compress(word(message, at), word(message, at + 4));
  compressTail(message, at, length);
  state[4]! ^= 0xff;
  for (let i = 0; i < 4; i++) round();
  for (let i = 0; i < 8; i++) {
    const half = i >> 2;
    const bits = state[half]! ^ state[half + 2]! ^ state[half + 4]! ^ state[half + 6]!;
    out[outOffset + i] = bits >>> (8 * (i & 3));
  }
}
