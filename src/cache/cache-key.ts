// Data plane: no allocation after start.
// The key of a query in the cache: the question in lower case and the flags that ask for different
// answers, as whole words (docs/architecture.md), and their keyed hash. One per thread, set again for
// each query.

import { halfSipHash13 } from "./half-sip-hash.ts";

/** Words before the qname. */
export const KEY_HEAD_WORDS = 2;
/** The longest qname has 255 bytes, with the root's (RFC 1035 §2.3.4). */
const MAX_KEY_WORDS = KEY_HEAD_WORDS + 64;

export class CacheKey {
  /** The first `wordCount` are the key. */
  readonly words: Uint32Array;
  /** The same memory. */
  readonly bytes: Uint8Array;
  wordCount = 0;
  /** An int32, never 0: that marks an empty slot of the index. */
  hash = 0;
  private readonly key0: number;
  private readonly key1: number;

  /** `secret`: two random words, the same for all keys of one cache. */
  constructor(secret: Uint32Array) {
    this.words = new Uint32Array(MAX_KEY_WORDS);
    this.bytes = new Uint8Array(this.words.buffer);
    this.key0 = secret[0]! | 0;
    this.key1 = secret[1]! | 0;
  }

  /**
   * The qname lies in `bytes` in wire form without compression, `qnameLength` bytes with the root's,
   * 1 to 255. `keyFlags`: 24 bits, answer set << 8 | CD << 1 | DO.
   */
  set(
    bytes: Uint8Array,
    qnameOffset: number,
    qnameLength: number,
    qtype: number,
    qclass: number,
    keyFlags: number,
  ): void {
    const words = this.words;
    words[0] = (qtype << 16) | qclass;
    words[1] = (qnameLength << 24) | keyFlags;
    const end = qnameOffset + qnameLength;
    let at = qnameOffset;
    let count = KEY_HEAD_WORDS;
    for (; at + 4 <= end; at += 4) {
      words[count++] = toLowerCase(
        bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24),
      );
    }
    if (at < end) {
      let tail = 0;
      for (let shift = 0; at < end; at++, shift += 8) tail |= bytes[at]! << shift;
      words[count++] = toLowerCase(tail);
    }
    this.wordCount = count;
    const hash = halfSipHash13(words, count, this.key0, this.key1);
    this.hash = hash === 0 ? 1 : hash;
  }
}

/**
 * Four bytes at once: adds 0x20 to those from A to Z. Bytes that give a label's length are at most
 * 63 and so stay as they are, wherever they fall.
 */
function toLowerCase(word: number): number {
  const low7 = word & 0x7f7f7f7f;
  const fromA = (low7 + 0x3f3f3f3f) | 0;
  const pastZ = (low7 + 0x25252525) | 0;
  return word | ((fromA & ~pastZ & ~word & 0x80808080) >>> 2);
}
