// Which room may import which: docs/architecture.md in a form that can be checked. A room is a folder
// of src/, a file that stands alone in src/, or routes/.

import type { SourceFile } from "./source-files.ts";

interface Rule {
  /** Rooms, or single files of rooms, besides the room itself. */
  readonly mayImport: readonly string[];
  /** Packages and `node:` modules; a trailing * stands for any end. */
  readonly packages?: readonly string[];
}

const ERRORS = "src/errors.ts";
const ROOMS_BELOW_LISTENER = ["wire", "memory", "cache", "policy", "upstream", "runtime", "clock"];
const EVERYTHING = ["*"];

/** A room that is not listed may not exist. */
export const RULES: Readonly<Record<string, Rule>> = {
  errors: { mayImport: [] },
  wire: { mayImport: [] },
  memory: { mayImport: [] },
  clock: { mayImport: [ERRORS] },
  runtime: { mayImport: [ERRORS], packages: ["node:*", "bun*"] },
  cache: { mayImport: ["wire", "memory"] },
  policy: { mayImport: ["wire", "memory", ERRORS] },
  upstream: { mayImport: ["wire", "memory", "runtime", "clock", ERRORS], packages: ["node:*"] },
  resolver: { mayImport: [...ROOMS_BELOW_LISTENER, ERRORS], packages: ["node:crypto"] },
  listener: { mayImport: ["resolver", "wire", "memory", "runtime", "clock", ERRORS] },
  certificate: { mayImport: [ERRORS], packages: ["node:*", "@peculiar/*"] },
  config: {
    mayImport: [
      "src/upstream/parse-upstream-url.ts",
      "src/listener/client-address-headers.ts",
      "src/listener/udp-engines.ts",
      ERRORS,
    ],
    packages: ["node:*", "valibot", "yaml"],
  },
  telemetry: {
    mayImport: ["wire", "memory", "cache", "upstream", "runtime", "clock", ERRORS],
    packages: ["prom-client"],
  },
  routes: { mayImport: ["resolver", "telemetry", ERRORS], packages: ["hono", "hono/*"] },
  commands: {
    mayImport: EVERYTHING,
    packages: ["node:*", "commander", "dns-packet"],
  },
  server: { mayImport: EVERYTHING, packages: ["node:*"] },
  edge: { mayImport: EVERYTHING },
  main: { mayImport: ["commands", "package.json", ERRORS], packages: ["commander"] },
};

/** Holds a runtime's own interface; the one place that may name it. */
export const RUNTIME_ROOM = "runtime";

/** `src/wire/name.ts` → `wire`; `src/main.ts` → `main`; `routes/health.ts` → `routes`. */
export function roomOf(path: string): string {
  if (path.startsWith("routes/")) return "routes";
  return /^src\/([^/]+?)(?:\.ts|\/.*)$/.exec(path)?.[1] ?? path;
}

/** One line for each import that is not allowed. */
export function breaches(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const rule = RULES[room];
  if (rule === undefined) return [`${file.path}: ${room} is not a room`];
  return file.imports
    .filter((target) => !isAllowed(room, rule, target))
    .map((target) => `${file.path} imports ${target}`);
}

function isAllowed(room: string, rule: Rule, target: string): boolean {
  const isOwn = target.startsWith("src/") || target.startsWith("routes/");
  if (!isOwn && target !== "package.json") return matches(rule.packages ?? [], target);
  const targetRoom = roomOf(target);
  return targetRoom === room || [targetRoom, target].some((name) => matches(rule.mayImport, name));
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
