// Data plane: no allocation after start.
// The memory of one recvmmsg or sendmmsg: headers that point, for message i, to its origin and its
// bytes. All is made and wired up once; the addresses never change.
//
//   headers   struct mmsghdr[count]   name → origin, iov → iovec, control → origin + 32
//   iovecs    struct iovec[count]     base → data + i × stride, length
//   origins   72 bytes each           sockaddr (32 bytes), then the PKTINFO control message (40 bytes)
//   data      stride bytes each

import type { Libc } from "../libc-contract.ts";
import {
  AF_INET,
  PKTINFO_IN,
  PKTINFO_IN6,
  SOCKADDR_IN6_BYTES,
  SOCKADDR_IN_BYTES,
} from "./socket-constants.ts";

/** Words of struct mmsghdr, and its fields by word. Pointers and sizes have 64 bits. */
export const HEADER_WORDS = 16;
export const HEADER = {
  name: 0,
  nameLength: 2,
  iov: 4,
  iovCount: 6,
  control: 8,
  controlLength: 10,
  flags: 12,
  /** Bytes received or sent. */
  length: 14,
} as const;

/** Words of struct iovec: base, length. */
export const IOVEC_WORDS = 4;
export const IOVEC_LENGTH = 2;

export const ORIGIN_WORDS = 18;
export const ORIGIN_BYTES: number = ORIGIN_WORDS * 4;
export const ORIGIN_CONTROL_WORD = 8;

/** What the messages of a socket look like. */
export interface SocketShape {
  /** AF_INET or AF_INET6. */
  readonly family: number;
  /** Bound to a wildcard: each message says which of this machine's addresses it is for or from. */
  readonly isWildcard: boolean;
}

export interface BatchSize {
  readonly count: number;
  /** For each message; a multiple of 4. */
  readonly capacityBytes: number;
}

/** Odd, in cache lines: with an even stride the messages' beginnings would share a few sets. */
function strideOf(capacityBytes: number): number {
  return 64 * (Math.ceil(capacityBytes / 64) | 1);
}

export class MessageBatch {
  readonly count: number;
  readonly capacityBytes: number;
  readonly strideBytes: number;
  readonly nameLength: number;
  /** 0 when the socket is bound to one address. */
  readonly controlLength: number;
  readonly headers: Uint32Array;
  readonly headersAddress: number;
  readonly iovecs: Uint32Array;
  readonly originWords: Uint32Array;
  readonly originBytes: Uint8Array;
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;

  constructor(libc: Libc, { family, isWildcard }: SocketShape, size: BatchSize) {
    const { count, capacityBytes } = size;
    this.count = count;
    this.capacityBytes = capacityBytes;
    this.strideBytes = strideOf(capacityBytes);
    const isIPv4 = family === AF_INET;
    this.nameLength = isIPv4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES;
    this.controlLength = isWildcard ? (isIPv4 ? PKTINFO_IN : PKTINFO_IN6).bytes : 0;
    const headers = new ArrayBuffer(count * HEADER_WORDS * 4);
    const iovecs = new ArrayBuffer(count * IOVEC_WORDS * 4);
    const origins = new ArrayBuffer(count * ORIGIN_BYTES);
    const data = new ArrayBuffer(count * this.strideBytes);
    this.headers = new Uint32Array(headers);
    this.headersAddress = libc.addressOf(headers);
    this.iovecs = new Uint32Array(iovecs);
    this.originWords = new Uint32Array(origins);
    this.originBytes = new Uint8Array(origins);
    this.words = new Uint32Array(data);
    this.bytes = new Uint8Array(data);
    this.wire(libc.addressOf(iovecs), libc.addressOf(origins), libc.addressOf(data));
  }

  private wire(iovecs: number, origins: number, data: number): void {
    for (let i = 0; i < this.count; i++) {
      const header = i * HEADER_WORDS;
      const origin = origins + i * ORIGIN_BYTES;
      const control = this.controlLength === 0 ? 0 : origin + ORIGIN_CONTROL_WORD * 4;
      write64(this.headers, header + HEADER.name, origin);
      write64(this.headers, header + HEADER.iov, iovecs + i * IOVEC_WORDS * 4);
      write64(this.headers, header + HEADER.control, control);
      this.headers[header + HEADER.nameLength] = this.nameLength;
      this.headers[header + HEADER.iovCount] = 1;
      this.headers[header + HEADER.controlLength] = this.controlLength;
      write64(this.iovecs, i * IOVEC_WORDS, data + i * this.strideBytes);
      this.iovecs[i * IOVEC_WORDS + IOVEC_LENGTH] = this.capacityBytes;
    }
  }
}

/** `value` is at most 2^53. */
function write64(words: Uint32Array, at: number, value: number): void {
  words[at] = value % 0x100000000;
  words[at + 1] = Math.floor(value / 0x100000000);
}
