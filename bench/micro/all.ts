// Runs every micro-benchmark: each `*.bench.ts` below this folder registers its own, after it
// has asserted that what it measures gives the right result.

import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "mitata";

interface BenchFile {
  readonly register: () => void;
}

const folder = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".bench.ts"))
  .sort();

for (const name of names) {
  const { register } = (await import(`./${name}`)) as BenchFile;
  register();
}
await run();
