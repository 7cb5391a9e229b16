// Cuts a byte stream into DNS messages (RFC 1035 §4.2.2: two bytes of length before each). Whole
// messages are handed on where they lie; only the rest of a burst is copied, into a buffer that lives
// while a message is incomplete and grows with what arrives, not with what its length promises.

const PREFIX = 2;
const FIRST_CAPACITY = 512;

export interface FrameTarget {
  /** One message; the bytes are valid only during the call. */
  frame(bytes: Uint8Array, offset: number, length: number): void;
}

export class FrameReader {
  private partial: Uint8Array | undefined;
  private filled = 0;

  /** True while a message has begun and not yet ended. */
  get isPartial(): boolean {
    return this.partial !== undefined;
  }

  read(bytes: Uint8Array, target: FrameTarget): void {
    let at = this.complete(bytes, target);
    while (bytes.length - at >= PREFIX) {
      const length = (bytes[at]! << 8) | bytes[at + 1]!;
      if (bytes.length - at < PREFIX + length) break;
      target.frame(bytes, at + PREFIX, length);
      at += PREFIX + length;
    }
    if (at < bytes.length) this.append(bytes, at, bytes.length - at);
  }

  /** Adds to the incomplete message, if there is one; returns how many bytes that took. */
  private complete(bytes: Uint8Array, target: FrameTarget): number {
    let at = 0;
    while (this.partial !== undefined && at < bytes.length) {
      const take = Math.min(this.missing(this.partial), bytes.length - at);
      this.append(bytes, at, take);
      at += take;
      if (this.missing(this.partial) === 0) this.handOn(target);
    }
    return at;
  }

  /** Bytes until the length is known, then until the message is whole. */
  private missing(partial: Uint8Array): number {
    if (this.filled < PREFIX) return PREFIX - this.filled;
    return PREFIX + ((partial[0]! << 8) | partial[1]!) - this.filled;
  }

  private append(bytes: Uint8Array, at: number, count: number): void {
    const needed = this.filled + count;
    if (this.partial === undefined || this.partial.length < needed) {
      const grown = new Uint8Array(Math.max(FIRST_CAPACITY, 2 * needed));
      if (this.partial !== undefined) grown.set(this.partial);
      this.partial = grown;
    }
    this.partial.set(bytes.subarray(at, at + count), this.filled);
    this.filled = needed;
  }

  private handOn(target: FrameTarget): void {
    const partial = this.partial!;
    const length = this.filled - PREFIX;
    this.partial = undefined;
    this.filled = 0;
    target.frame(partial, PREFIX, length);
  }
}
