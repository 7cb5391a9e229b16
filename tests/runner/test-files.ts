// Finds the test files and groups them by process: end-to-end and fuzz tests start programs and open
// ports, so each of their files gets a process of its own, one after the other.

import { readdirSync } from "node:fs";

const ALONE = ["tests/e2e/", "tests/fuzz/"];

/** Groups of paths that start with `tests/`; the quick ones are the first group. */
export function groupTestFiles(files: readonly string[]): string[][] {
  const together = files.filter((file) => !runsAlone(file));
  const alone = files.filter(runsAlone).map((file) => [file]);
  return together.length > 0 ? [together, ...alone] : alone;
}

function runsAlone(file: string): boolean {
  return ALONE.some((folder) => file.startsWith(folder));
}

/** Every test file below tests/ in `root`, sorted. */
export function findTestFiles(root: string): string[] {
  return readdirSync(`${root}/tests`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `tests/${name}`)
    .sort();
}
