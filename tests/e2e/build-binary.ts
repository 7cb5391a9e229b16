// Builds the single binary with what package.json's `build` says, into a temporary folder.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run } from "./child-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PROJECT_FOLDER: string = join(import.meta.dirname, "..", "..");
const BUILD_TIMEOUT_MS = 60_000;
const OUTPUT = "dist/hermod";

/** Path of the binary. */
export async function buildBinary(): Promise<string> {
  const binary = join(temporaryFolder(), "hermod");
  const parameters = buildParameters().map((word) => {
    if (word === OUTPUT) return binary;
    return word.endsWith(".ts") ? join(PROJECT_FOLDER, word) : word;
  });
  assert.ok(parameters.includes(binary), `package.json's build writes to ${OUTPUT}`);
  const child = await run(bun(), parameters, { timeoutMs: BUILD_TIMEOUT_MS });
  assert.equal(child.exit.code, 0, child.failure("did not build").message);
  return binary;
}

/** The words of the last command, after `bun`. */
function buildParameters(): string[] {
  const text = readFileSync(join(PROJECT_FOLDER, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { scripts: { build: string } };
  const [program, ...parameters] = scripts.build.split("&&").at(-1)!.trim().split(/\s+/);
  assert.equal(program, "bun");
  return parameters;
}

/** Only Bun builds it, whatever runs the tests. */
function bun(): string {
  return process.versions["bun"] === undefined ? "bun" : process.execPath;
}
