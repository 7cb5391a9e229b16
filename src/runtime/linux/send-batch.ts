// Data plane: no allocation after start.
// Datagrams for sendmmsg, each to where a query came from, and on a wildcard socket from the address
// that was asked. The caller writes the bytes of the next one in place.

import type { Libc } from "../libc-contract.ts";
import {
  type BatchSize,
  HEADER_WORDS,
  IOVEC_LENGTH,
  IOVEC_WORDS,
  MessageBatch,
  ORIGIN_CONTROL_WORD,
  ORIGIN_WORDS,
  type SocketShape,
} from "./message-batch.ts";
import {
  AF_INET,
  EAGAIN,
  EINTR,
  MSG_DONTWAIT,
  PKTINFO_IN,
  PKTINFO_IN6,
} from "./socket-constants.ts";

const HEADER_BYTES = HEADER_WORDS * 4;

export class SendBatch {
  /** Where the datagrams are written; both views show the same memory. */
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  /** What one datagram may have. */
  readonly capacityBytes: number;
  private readonly batch: MessageBatch;
  private readonly libc: Libc;
  private readonly nameWords: number;
  private readonly controlWords: number;
  private readonly interfaceWord: number;
  private pending = 0;

  constructor(libc: Libc, shape: SocketShape, size: BatchSize) {
    const batch = new MessageBatch(libc, shape, size);
    this.libc = libc;
    this.batch = batch;
    this.words = batch.words;
    this.bytes = batch.bytes;
    this.capacityBytes = batch.capacityBytes;
    this.nameWords = batch.nameLength >> 2;
    this.controlWords = batch.controlLength >> 2;
    const { interfaceOffset } = shape.family === AF_INET ? PKTINFO_IN : PKTINFO_IN6;
    this.interfaceWord = ORIGIN_CONTROL_WORD + (interfaceOffset >> 2);
  }

  get isEmpty(): boolean {
    return this.pending === 0;
  }

  get isFull(): boolean {
    return this.pending === this.batch.count;
  }

  /** Where the next datagram's bytes belong: a multiple of 4. Not when it is full. */
  get nextOffset(): number {
    return this.pending * this.batch.strideBytes;
  }

  /**
   * Takes the `length` bytes at `nextOffset`, for the origin at word `at` of `origins`. The route
   * chooses the interface, as for any other datagram.
   */
  push(length: number, origins: Uint32Array, at: number): void {
    const { iovecs, originWords } = this.batch;
    const to = this.pending * ORIGIN_WORDS;
    for (let w = 0; w < this.nameWords; w++) originWords[to + w] = origins[at + w]!;
    if (this.controlWords > 0) {
      const end = ORIGIN_CONTROL_WORD + this.controlWords;
      for (let w = ORIGIN_CONTROL_WORD; w < end; w++) originWords[to + w] = origins[at + w]!;
      originWords[to + this.interfaceWord] = 0;
    }
    iovecs[this.pending * IOVEC_WORDS + IOVEC_LENGTH] = length;
    this.pending++;
  }

  /** Sends all that was pushed. Returns how many the kernel did not take; these are lost. */
  flush(descriptor: number): number {
    const { libc, pending } = this;
    const { headersAddress } = this.batch;
    let failures = 0;
    for (let first = 0; first < pending;) {
      const vector = headersAddress + first * HEADER_BYTES;
      const sent = libc.sendmmsg(descriptor, vector, pending - first, MSG_DONTWAIT);
      if (sent > 0) {
        first += sent;
        continue;
      }
      const reason = libc.errno();
      if (reason === EINTR) continue;
      // The kernel's buffer is full; the others would find it so, too.
      const lost = reason === EAGAIN ? pending - first : 1;
      failures += lost;
      first += lost;
    }
    this.pending = 0;
    return failures;
  }
}
