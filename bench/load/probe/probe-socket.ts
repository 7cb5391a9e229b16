// A UDP socket for measuring: what it receives carries the time at which the kernel took it in, so that
// a client that gets no CPU does not count as a slow server. Times are nanoseconds of the clock that
// the kernel stamps with, less those of the socket's beginning.

import type { Libc } from "../../../src/runtime/libc-contract.ts";
import { DatagramSocket, socketAddress } from "../../../src/runtime/linux/datagram-socket.ts";
import {
  HEADER,
  HEADER_WORDS,
  IOVEC_LENGTH,
  MessageBatch,
  ORIGIN_CONTROL_WORD,
  ORIGIN_WORDS,
} from "../../../src/runtime/linux/message-batch.ts";
import { AF_INET, MSG_DONTWAIT, SOL_SOCKET } from "../../../src/runtime/linux/socket-constants.ts";

const CLOCK_REALTIME = 0;
/** Also the type of the control message that brings the time: struct timespec. */
const SO_TIMESTAMPNS = 35;
/** Words of a control message before its data: length, level, type. */
const CONTROL_HEAD_WORDS = 4;
const COUNT = 64;
const CAPACITY_BYTES = 512;

export class ProbeSocket {
  private readonly libc: Libc;
  private readonly socket: DatagramSocket;
  private readonly sending: MessageBatch;
  private readonly receiving: MessageBatch;
  private readonly timespec: Uint32Array<ArrayBuffer> = new Uint32Array(4);
  private readonly timespecAddress: number;
  private readonly originSeconds: number;

  /** Asks 127.0.0.1 at `port`. */
  constructor(libc: Libc, port: number) {
    this.libc = libc;
    const local = { host: "127.0.0.1", port: 0 };
    this.socket = new DatagramSocket(libc, { local, reusePort: false, receiveTimeoutMs: 1000 });
    const on = Int32Array.of(1);
    const { descriptor } = this.socket;
    libc.setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, libc.addressOf(on.buffer), 4);
    const size = { count: COUNT, capacityBytes: CAPACITY_BYTES };
    this.sending = new MessageBatch(libc, { family: AF_INET, isWildcard: false }, size);
    // The place for a wildcard's control message is as long as that for the time.
    this.receiving = new MessageBatch(libc, { family: AF_INET, isWildcard: true }, size);
    const to = socketAddress(libc, AF_INET, { host: "127.0.0.1", port });
    this.sending.originBytes.set(to);
    this.timespecAddress = libc.addressOf(this.timespec.buffer);
    libc.clock_gettime(CLOCK_REALTIME, this.timespecAddress);
    this.originSeconds = this.timespec[0]!;
  }

  nowNs(): number {
    this.libc.clock_gettime(CLOCK_REALTIME, this.timespecAddress);
    return this.nanoseconds(this.timespec, 0);
  }

  /** What the kernel does not take is lost: nobody answers it. */
  send(query: Uint8Array): void {
    this.sending.bytes.set(query);
    this.sending.iovecs[IOVEC_LENGTH] = query.length;
    this.libc.sendmmsg(this.socket.descriptor, this.sending.headersAddress, 1, 0);
  }

  /** Calls back for all that has come, with ID, rcode and time; waits for nothing. */
  take(heard: (id: number, rcode: number, timeNs: number) => void): void {
    const { controlLength, headers, headersAddress, nameLength } = this.receiving;
    let count = COUNT;
    while (count === COUNT) {
      for (let header = 0; header < headers.length; header += HEADER_WORDS) {
        headers[header + HEADER.nameLength] = nameLength;
        headers[header + HEADER.controlLength] = controlLength;
      }
      count = this.libc.recvmmsg(this.socket.descriptor, headersAddress, COUNT, MSG_DONTWAIT);
      for (let i = 0; i < count; i++) this.tell(i, heard);
    }
  }

  private tell(i: number, heard: (id: number, rcode: number, timeNs: number) => void): void {
    const { bytes, originWords, strideBytes } = this.receiving;
    const at = i * strideBytes;
    const control = i * ORIGIN_WORDS + ORIGIN_CONTROL_WORD;
    if (originWords[control + 3] !== SO_TIMESTAMPNS) throw new Error("the kernel stamps no times");
    const timeNs = this.nanoseconds(originWords, control + CONTROL_HEAD_WORDS);
    heard((bytes[at]! << 8) | bytes[at + 1]!, bytes[at + 3]! & 15, timeNs);
  }

  private nanoseconds(words: Uint32Array, at: number): number {
    return (words[at]! - this.originSeconds) * 1e9 + words[at + 2]!;
  }
}
