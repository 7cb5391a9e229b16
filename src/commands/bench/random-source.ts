// Data plane: no allocation after start.
// Numbers that look random and come again with the same seed: a counter with a fixed odd step, mixed
// by a finalizer in the way of MurmurHash3. Not for secrets.

const STEP = 0x9e3779b9;
const WORD_VALUES = 0x100000000;

export class RandomSource {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** An integer from 0 to 2³² − 1. */
  word(): number {
    this.state = (this.state + STEP) | 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  /** From 0, below 1. */
  fraction(): number {
    return this.word() / WORD_VALUES;
  }
}
