// What is asked for, as bytes and numbers: the key that queries and responses share.

export interface Question {
  /** Uncompressed wire form, and nothing behind it. */
  readonly qname: Uint8Array;
  readonly qtype: number;
  readonly qclass: number;
}
