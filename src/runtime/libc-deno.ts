// libc through Deno's foreign function interface, in the order of libc-bun.ts. Needs --allow-ffi.

import type { Libc } from "./libc-contract.ts";

interface Pointer {
  readonly isPointer: unique symbol;
}

/** What is used of Deno here, so that the type check needs no types but its own. */
interface DenoFfi {
  dlopen(
    library: string,
    symbols: Record<string, { parameters: readonly string[]; result: string }>,
  ): { readonly symbols: DenoSymbols };
  readonly UnsafePointer: {
    of(buffer: ArrayBuffer): Pointer;
    value(pointer: Pointer): number | bigint;
  };
  readonly UnsafePointerView: {
    getArrayBuffer(pointer: Pointer, byteLength: number): ArrayBuffer;
  };
}

interface DenoSymbols extends Omit<Libc, "addressOf" | "errno" | "recvmmsg"> {
  __errno_location(): Pointer;
  recvmmsg(
    descriptor: number,
    vector: number,
    count: number,
    flags: number,
    timeout: number,
  ): number;
}

const deno = (globalThis as unknown as { Deno: DenoFfi }).Deno;

/** An address as a number, where "pointer" would ask for an object. */
const ADDRESS = "usize";

const { symbols } = deno.dlopen("libc.so.6", {
  __errno_location: { parameters: [], result: "pointer" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", ADDRESS, "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", ADDRESS, "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", ADDRESS, ADDRESS], result: "i32" },
  getsockname: { parameters: ["i32", ADDRESS, ADDRESS], result: "i32" },
  recvmmsg: { parameters: ["i32", ADDRESS, "u32", "i32", ADDRESS], result: "i32" },
  sendmmsg: { parameters: ["i32", ADDRESS, "u32", "i32"], result: "i32" },
  poll: { parameters: [ADDRESS, "u32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  sched_yield: { parameters: [], result: "i32" },
  clock_gettime: { parameters: ["i32", ADDRESS], result: "i32" },
  syscall: { parameters: ["i32", "i32", ADDRESS, "u32", "u32"], result: "i32" },
  inet_pton: { parameters: ["i32", ADDRESS, ADDRESS], result: "i32" },
});

// Each thread has an errno, and loads this file, of its own.
const errno = new Int32Array(deno.UnsafePointerView.getArrayBuffer(symbols.__errno_location(), 4));

export const libc: Libc = {
  ...symbols,
  addressOf: (buffer) => Number(deno.UnsafePointer.value(deno.UnsafePointer.of(buffer))),
  errno: () => errno[0]!,
  recvmmsg: (descriptor, vector, count, flags) =>
    symbols.recvmmsg(descriptor, vector, count, flags, 0),
};
