// A UDP socket as a bare descriptor, so that any thread can use it. It belongs to whoever opened it:
// closed only when no thread can be in a call on it.

import { HermodError } from "../../errors.ts";
import { bindError } from "../bind-error.ts";
import type { Endpoint } from "../contract.ts";
import type { Libc } from "../libc-contract.ts";
import type { SocketShape } from "./message-batch.ts";
import {
  AF_INET,
  AF_INET6,
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EPERM,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVPKTINFO,
  IPV6_V6ONLY,
  SO_MEMINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SO_REUSEPORT,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCKADDR_IN6_ADDRESS_OFFSET,
  SOCKADDR_IN6_BYTES,
  SOCKADDR_IN_ADDRESS_OFFSET,
  SOCKADDR_IN_BYTES,
  SOCKADDR_PORT_OFFSET,
  SOL_SOCKET,
} from "./socket-constants.ts";

/** Bursts wait here while a thread answers the one before: about 5000 queries. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
const SEND_BUFFER_BYTES = 1 << 20;
const MEMINFO_WORDS = 9;
const MEMINFO_DROPS = 8;

const ERROR_CODES: ReadonlyMap<number, string> = new Map([
  [EADDRINUSE, "EADDRINUSE"],
  [EADDRNOTAVAIL, "EADDRNOTAVAIL"],
  [EACCES, "EACCES"],
  [EPERM, "EPERM"],
]);

export interface DatagramSocketOptions {
  /** `::` takes IPv4, too. */
  readonly local: Endpoint;
  /** Lets other sockets of this user bind the same port; the kernel spreads clients over them. */
  readonly reusePort: boolean;
  /** After this long a blocking receive fails with EAGAIN. */
  readonly receiveTimeoutMs: number;
  /** False: it keeps the buffers that the kernel gives by default. */
  readonly largeBuffers?: boolean;
}

export class DatagramSocket implements SocketShape {
  readonly family: number;
  readonly isWildcard: boolean;
  readonly descriptor: number;
  /** Where it is bound, with the port the kernel chose. */
  readonly local: Endpoint;
  private readonly libc: Libc;
  private isClosed = false;

  /** Throws a HermodError, as Runtime.openUdp(). */
  constructor(libc: Libc, options: DatagramSocketOptions) {
    const { local } = options;
    this.libc = libc;
    this.family = local.host.includes(":") ? AF_INET6 : AF_INET;
    const name = socketAddress(libc, this.family, local);
    this.isWildcard = addressOf(name).every((byte) => byte === 0);
    this.descriptor = libc.socket(this.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.descriptor < 0) throw bindError(this.failure("socket"), local);
    try {
      this.setOptions(options);
      this.local = { host: local.host, port: this.bind(name, local) };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Datagrams that the kernel has dropped because nobody took them in time. */
  drops(): number {
    const buffer = new ArrayBuffer(MEMINFO_WORDS * 4);
    const length = new ArrayBuffer(4);
    new Int32Array(length)[0] = buffer.byteLength;
    const { descriptor, libc } = this;
    const [value, size] = [libc.addressOf(buffer), libc.addressOf(length)];
    if (this.isClosed || libc.getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, value, size) < 0)
      return 0;
    return new Uint32Array(buffer)[MEMINFO_DROPS]!;
  }

  close(): void {
    if (!this.isClosed) this.libc.close(this.descriptor);
    this.isClosed = true;
  }

  private setOptions({ receiveTimeoutMs, reusePort, ...options }: DatagramSocketOptions): void {
    if (reusePort) this.setNumber(SOL_SOCKET, SO_REUSEPORT, 1);
    if (this.family === AF_INET6)
      this.setNumber(IPPROTO_IPV6, IPV6_V6ONLY, this.isWildcard ? 0 : 1);
    if (this.isWildcard) {
      if (this.family === AF_INET) this.setNumber(IPPROTO_IP, IP_PKTINFO, 1);
      else this.setNumber(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    }
    // struct timeval: seconds and microseconds, 64 bits each.
    const timeval = Int32Array.of(Math.floor(receiveTimeoutMs / 1000), 0, 0, 0);
    timeval[2] = (receiveTimeoutMs % 1000) * 1000;
    this.set(SOL_SOCKET, SO_RCVTIMEO, timeval);
    if (options.largeBuffers ?? true) this.enlargeBuffers();
  }

  private enlargeBuffers(): void {
    this.setNumber(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES);
    const isForced = this.trySet(SOL_SOCKET, SO_RCVBUFFORCE, Int32Array.of(RECEIVE_BUFFER_BYTES));
    if (!isForced) this.setNumber(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
  }

  private setNumber(level: number, option: number, value: number): void {
    this.set(level, option, Int32Array.of(value));
  }

  private set(level: number, option: number, value: Int32Array<ArrayBuffer>): void {
    if (this.trySet(level, option, value)) return;
    const reason = this.failure(`option ${option} of a UDP socket`);
    throw new HermodError("BIND_FAILED", `A UDP socket can't be set up: ${reason.message}.`);
  }

  private trySet(level: number, option: number, { buffer }: Int32Array<ArrayBuffer>): boolean {
    const { descriptor, libc } = this;
    const value = libc.addressOf(buffer);
    return libc.setsockopt(descriptor, level, option, value, buffer.byteLength) === 0;
  }

  /** The port it is bound to. */
  private bind(name: Uint8Array<ArrayBuffer>, local: Endpoint): number {
    const { descriptor, libc } = this;
    const address = libc.addressOf(name.buffer);
    if (libc.bind(descriptor, address, name.length) < 0) {
      throw bindError(this.failure("bind"), local);
    }
    const length = Uint32Array.of(name.length);
    libc.getsockname(descriptor, address, libc.addressOf(length.buffer));
    return (name[SOCKADDR_PORT_OFFSET]! << 8) | name[SOCKADDR_PORT_OFFSET + 1]!;
  }

  private failure(what: string): Error {
    const errno = this.libc.errno();
    const code = ERROR_CODES.get(errno);
    return Object.assign(new Error(`${what}: ${code ?? `error ${errno}`}`), code && { code });
  }
}

/** struct sockaddr_in or sockaddr_in6. */
export function socketAddress(
  libc: Libc,
  family: number,
  { host, port }: Endpoint,
): Uint8Array<ArrayBuffer> {
  const isIPv4 = family === AF_INET;
  const name = new Uint8Array(new ArrayBuffer(isIPv4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES));
  name[0] = family;
  name[SOCKADDR_PORT_OFFSET] = port >> 8;
  name[SOCKADDR_PORT_OFFSET + 1] = port;
  const text = new TextEncoder().encode(`${host}\0`).slice();
  const to = isIPv4 ? SOCKADDR_IN_ADDRESS_OFFSET : SOCKADDR_IN6_ADDRESS_OFFSET;
  const address = libc.addressOf(name.buffer) + to;
  if (libc.inet_pton(family, libc.addressOf(text.buffer), address) !== 1) {
    throw new HermodError("ADDRESS_NOT_AVAILABLE", `${host} is not an address that can be bound.`);
  }
  return name;
}

/** The four or sixteen bytes of a socket address's own address. */
export function addressOf(name: Uint8Array): Uint8Array {
  return name.length === SOCKADDR_IN_BYTES
    ? name.subarray(SOCKADDR_IN_ADDRESS_OFFSET, SOCKADDR_IN_ADDRESS_OFFSET + 4)
    : name.subarray(SOCKADDR_IN6_ADDRESS_OFFSET, SOCKADDR_IN6_ADDRESS_OFFSET + 16);
}
