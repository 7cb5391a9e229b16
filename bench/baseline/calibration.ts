// The yardstick: a fixed loop of integer arithmetic and of reads and writes all over 64 KiB. What
// other functions take is stored as a multiple of it, so that a slower machine, or a busy one, is
// slower at both.

const WORDS = 1 << 14;
const STEPS = 4096;
const words = new Uint32Array(WORDS);

/** Always the same work; returns what came out of it, so that it can't be left out. */
export function calibrationLoop(): number {
  let state = 0x9e3779b9;
  for (let step = 0; step < STEPS; step++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const at = state & (WORDS - 1);
    words[at] = (words[at]! + state) >>> 0;
    state = (state + words[(at + step) & (WORDS - 1)]!) | 0;
  }
  words.fill(0);
  return state;
}
