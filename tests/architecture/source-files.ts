// The product's source files, read once, and the graph of what they import.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { importsOf } from "./source-text.ts";

export interface SourceFile {
  /** From the project's folder, with forward slashes: `src/wire/name.ts`. */
  readonly path: string;
  readonly text: string;
  /** Module specifiers as resolved: a path for a relative one, else as written. */
  readonly imports: readonly string[];
}

export const PROJECT_FOLDER: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const SOURCE_FILES: readonly SourceFile[] = ["src", "routes"].flatMap(readFolder);

function readFolder(folder: string): SourceFile[] {
  return readdirSync(posix.join(PROJECT_FOLDER, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => posix.join(folder, name))
    .sort()
    .map((path) => sourceFile(path, readFileSync(posix.join(PROJECT_FOLDER, path), "utf8")));
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(text).map((specifier) => resolve(path, specifier)) };
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
}

/** A cycle of imports as a list of paths that begins and ends with the same, or undefined. */
export function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of imports.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of imports.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
