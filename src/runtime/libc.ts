// The C library, as the batched UDP engine calls it on Linux: the names, parameters and results are
// libc's own. Loaded through the runtime's foreign function interface where there is one; the rest of
// Hermod does without.

import process from "node:process";
import { HermodError, messageOf } from "../errors.ts";
import type { Libc } from "./libc-contract.ts";

/** Throws a HermodError with the code LIBC_UNAVAILABLE that says what is missing. */
export async function loadLibc(): Promise<Libc> {
  if (process.platform !== "linux") throw unavailable("the platform is not Linux");
  // The layouts of linux/ hold for these; both are little-endian with 64-bit pointers.
  if (process.arch !== "x64" && process.arch !== "arm64") throw unavailable(process.arch);
  try {
    if ("Bun" in globalThis) return (await import("./libc-bun.ts")).libc;
    if ("Deno" in globalThis) return (await import("./libc-deno.ts")).libc;
  } catch (error) {
    throw unavailable(messageOf(error), error);
  }
  throw unavailable("the runtime is neither Bun nor Deno");
}

function unavailable(reason: string, cause?: unknown): HermodError {
  return new HermodError("LIBC_UNAVAILABLE", `libc can't be called: ${reason}`, { cause });
}
