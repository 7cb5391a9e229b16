// Cuts a byte stream into DNS messages (RFC 1035 §4.2.2: two bytes of length before each), however
// the stream was chunked. Each message is handed on in a buffer of its own: it is the receiver's.

const PREFIX_LENGTH = 2;

export interface MessageTarget {
  message(message: Uint8Array): void;
}

export class MessageReader {
  private prefix = 0;
  private prefixLength = 0;
  /** The message that has begun, once its length is known. */
  private partial: Uint8Array | undefined;
  private filled = 0;

  read(bytes: Uint8Array, target: MessageTarget): void {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.prefixLength < PREFIX_LENGTH) this.readPrefixByte(bytes[offset++]!);
      else offset = this.readBody(bytes, offset);
      if (this.prefixLength === PREFIX_LENGTH && this.filled === this.prefix) this.finish(target);
    }
  }

  private readPrefixByte(byte: number): void {
    this.prefix = (this.prefix << 8) | byte;
    this.prefixLength++;
  }

  /** Returns the offset after what belongs to this message. */
  private readBody(bytes: Uint8Array, offset: number): number {
    const end = Math.min(bytes.length, offset + this.prefix - this.filled);
    this.partial ??= new Uint8Array(this.prefix);
    this.partial.set(bytes.subarray(offset, end), this.filled);
    this.filled += end - offset;
    return end;
  }

  private finish(target: MessageTarget): void {
    const message = this.partial ?? new Uint8Array(0);
    this.partial = undefined;
    this.prefix = this.prefixLength = this.filled = 0;
    target.message(message);
  }
}
