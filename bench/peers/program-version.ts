// The version that a program says it has.

import { spawnSync } from "node:child_process";

/** The pattern's first group in what the program prints; "unknown" when it is not there. */
export function programVersion(
  program: string,
  parameters: readonly string[],
  pattern: RegExp,
): string {
  const { stdout, stderr } = spawnSync(program, parameters, { encoding: "utf8", timeout: 10_000 });
  return pattern.exec(`${stdout}\n${stderr}`)?.[1] ?? "unknown";
}
