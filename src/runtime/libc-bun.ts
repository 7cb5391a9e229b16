// libc through Bun's foreign function interface. Loaded on Bun alone: no other runtime knows the module.

import { dlopen, ptr, toArrayBuffer, type Pointer } from "bun:ffi";
import type { Libc } from "./libc-contract.ts";

const { symbols } = dlopen("libc.so.6", {
  __errno_location: { args: [], returns: "ptr" },
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  recvmmsg: { args: ["i32", "ptr", "u32", "i32", "ptr"], returns: "i32" },
  sendmmsg: { args: ["i32", "ptr", "u32", "i32"], returns: "i32" },
  poll: { args: ["ptr", "u32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  sched_yield: { args: [], returns: "i32" },
  clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
  syscall: { args: ["i32", "i32", "ptr", "u32", "u32"], returns: "i32" },
  inet_pton: { args: ["i32", "ptr", "ptr"], returns: "i32" },
});

/** Bun's pointers are numbers with a brand. */
const at = (address: number): Pointer => address as Pointer;

// Each thread has an errno, and loads this file, of its own.
const errno = new Int32Array(toArrayBuffer(symbols.__errno_location()!, 0, 4));

export const libc: Libc = {
  addressOf: (buffer) => ptr(buffer),
  errno: () => errno[0]!,
  socket: (domain, type, protocol) => symbols.socket(domain, type, protocol),
  bind: (descriptor, address, length) => symbols.bind(descriptor, at(address), length),
  setsockopt: (descriptor, level, option, value, length) =>
    symbols.setsockopt(descriptor, level, option, at(value), length),
  getsockopt: (descriptor, level, option, value, length) =>
    symbols.getsockopt(descriptor, level, option, at(value), at(length)),
  getsockname: (descriptor, address, length) =>
    symbols.getsockname(descriptor, at(address), at(length)),
  recvmmsg: (descriptor, vector, count, flags) =>
    symbols.recvmmsg(descriptor, at(vector), count, flags, null),
  sendmmsg: (descriptor, vector, count, flags) =>
    symbols.sendmmsg(descriptor, at(vector), count, flags),
  poll: (descriptors, count, timeoutMs) => symbols.poll(at(descriptors), count, timeoutMs),
  close: (descriptor) => symbols.close(descriptor),
  sched_yield: () => symbols.sched_yield(),
  clock_gettime: (clock, timespec) => symbols.clock_gettime(clock, at(timespec)),
  syscall: (number, a, b, c, d) => symbols.syscall(number, a, at(b), c, d),
  inet_pton: (family, text, address) => symbols.inet_pton(family, at(text), at(address)),
};
