// How a program of the project is started on the runtime that runs the tests: on Deno with no more
// permissions than `deno task start` gives.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const ENTRY = "src/main.ts";

/** Program and first arguments of the command line. */
export const HERMOD_COMMAND: readonly [string, ...string[]] = [
  process.execPath,
  ...(process.versions["deno"] === undefined ? [] : denoOptions()),
  join(ROOT, ENTRY),
];

function denoOptions(): string[] {
  const file = join(ROOT, "deno.json");
  const { tasks } = JSON.parse(readFileSync(file, "utf8")) as { tasks: { start: string } };
  const words = tasks.start.split(" ");
  return [...words.slice(1, words.indexOf(ENTRY)), "--config", file];
}
