// One hot function with its input, as both the micro-benchmarks and the baseline run it. Each
// `*.bench.ts` below this folder exports `title` and `cases`, which asserts that what it measures gives
// the right result before it returns.

import { readdirSync } from "node:fs";

export interface HotCase {
  readonly name: string;
  /** One call; returns something of its result, so that it can't be left out. */
  readonly run: () => unknown;
}

export interface HotFile {
  readonly title: string;
  readonly cases: () => readonly HotCase[];
}

/** Every file below this folder, in the order of its path. */
export async function hotFiles(): Promise<HotFile[]> {
  const names = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".bench.ts"))
    .sort();
  const files: HotFile[] = [];
  for (const name of names) files.push((await import(`./${name}`)) as HotFile);
  return files;
}
