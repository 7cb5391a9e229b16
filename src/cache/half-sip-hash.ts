// Data plane: no allocation after start.
// HalfSipHash-1-3 with 32-bit output (Aumasson and Bernstein): a keyed hash for hash tables. Without
// the key nobody can choose names that fall into one place of the table.

/**
 * Hashes the first `wordCount` words of `words`, read as little-endian bytes. `key0` and `key1` are
 * the key's two words. Returns an int32, from −2³¹ to 2³¹ − 1.
 */
export function halfSipHash13(
  words: Uint32Array,
  wordCount: number,
  key0: number,
  key1: number,
): number {
  let v0 = key0 | 0;
  let v1 = key1 | 0;
  let v2 = key0 ^ 0x6c796765;
  let v3 = key1 ^ 0x74656462;
  // One round for each word, one for the last block, which holds only the length in bytes as the
  // input ends at a word, then three to finish.
  const last = wordCount + 3;
  for (let round = 0; round <= last; round++) {
    let block = 0;
    if (round < wordCount) block = words[round]! | 0;
    else if (round === wordCount) block = wordCount << 26;
    else if (round === wordCount + 1) v2 ^= 0xff;
    v3 ^= block;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= block;
  }
  return v1 ^ v3;
}
