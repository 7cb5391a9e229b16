// A buffer seen as bytes and as 32-bit words, so that the hot path can copy whole words into it.

export class WordBuffer {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;

  /** `lengthBytes` is rounded up to a multiple of 4. */
  constructor(lengthBytes: number) {
    const buffer = new ArrayBuffer((lengthBytes + 3) & ~3);
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
  }
}
