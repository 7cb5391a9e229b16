// What the batched UDP engine needs of the C library; names, parameters and results are libc's own.

/**
 * Calls return −1 where libc does, and errno() then says why. Addresses are numbers; whoever passes
 * one keeps the buffer alive for the call, or for as long as another structure refers to it.
 */
export interface Libc {
  /** Where `buffer` lies. It never moves. */
  addressOf(buffer: ArrayBuffer): number;
  /** Of the last call on this thread. */
  errno(): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(descriptor: number, address: number, length: number): number;
  setsockopt(
    descriptor: number,
    level: number,
    option: number,
    value: number,
    length: number,
  ): number;
  /** `length` is the address of an int32 that holds the value's length. */
  getsockopt(
    descriptor: number,
    level: number,
    option: number,
    value: number,
    length: number,
  ): number;
  getsockname(descriptor: number, address: number, length: number): number;
  /** No time-out but the socket's own. */
  recvmmsg(descriptor: number, vector: number, count: number, flags: number): number;
  sendmmsg(descriptor: number, vector: number, count: number, flags: number): number;
  poll(descriptors: number, count: number, timeoutMs: number): number;
  close(descriptor: number): number;
  sched_yield(): number;
  clock_gettime(clock: number, timespec: number): number;
  /** A call that libc has no function for. `b` is an address. */
  syscall(number: number, a: number, b: number, c: number, d: number): number;
  /** 1 when `text`, which ends with a zero byte, is an address of `family`. */
  inet_pton(family: number, text: number, address: number): number;
}
