// Data plane: no allocation after start.
// Datagrams as recvmmsg delivers them: bytes, sender, and on a wildcard socket the address that was
// asked. What is here holds until the next receive().

import type { Libc } from "../libc-contract.ts";
import {
  type BatchSize,
  HEADER,
  HEADER_WORDS,
  MessageBatch,
  type SocketShape,
} from "./message-batch.ts";
import { MSG_TRUNC } from "./socket-constants.ts";

export class ReceiveBatch {
  /** Datagram i begins at i × strideBytes. */
  readonly bytes: Uint8Array;
  readonly strideBytes: number;
  /** The origin of datagram i begins at i × ORIGIN_WORDS. */
  readonly originWords: Uint32Array;
  /** The same memory: at i × ORIGIN_BYTES. */
  readonly originBytes: Uint8Array;
  private readonly batch: MessageBatch;
  private readonly headers: Uint32Array;
  private readonly libc: Libc;

  constructor(libc: Libc, shape: SocketShape, size: BatchSize) {
    const batch = new MessageBatch(libc, shape, size);
    this.libc = libc;
    this.batch = batch;
    this.bytes = batch.bytes;
    this.strideBytes = batch.strideBytes;
    this.originWords = batch.originWords;
    this.originBytes = batch.originBytes;
    this.headers = batch.headers;
  }

  /** How many came, or −1; then the C library's errno() says why. `flags` are recvmmsg's. */
  receive(descriptor: number, flags: number): number {
    const { count, headersAddress } = this.batch;
    return this.libc.recvmmsg(descriptor, headersAddress, count, flags);
  }

  /** Lets the kernel use the first `count` messages again; it has shortened what their headers offer. */
  reset(count: number): void {
    const { controlLength, nameLength } = this.batch;
    const headers = this.headers;
    for (let header = 0; header < count * HEADER_WORDS; header += HEADER_WORDS) {
      headers[header + HEADER.nameLength] = nameLength;
      headers[header + HEADER.controlLength] = controlLength;
    }
  }

  /** In bytes. */
  length(i: number): number {
    return this.headers[i * HEADER_WORDS + HEADER.length]!;
  }

  /** Whether the datagram was longer than its place. */
  isTruncated(i: number): boolean {
    return (this.headers[i * HEADER_WORDS + HEADER.flags]! & MSG_TRUNC) !== 0;
  }
}
