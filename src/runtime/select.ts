// Picks the runtime by what is there. Each runtime's file is loaded only where it can run.

import { HermodError } from "../errors.ts";
import type { Runtime } from "./contract.ts";

/** Throws a HermodError with the code RUNTIME where none is known. */
export async function selectRuntime(): Promise<Runtime> {
  if ("Bun" in globalThis) return (await import("./bun.ts")).bun;
  if ("Deno" in globalThis) return (await import("./deno.ts")).deno;
  throw new HermodError(
    "RUNTIME",
    "Hermod does not know this JavaScript runtime: run it with Bun or Deno.",
  );
}
