// Runs the probe as a program of its own on the load's core, before all else there: what is measured is
// the server, not how the probe shares a core with the load.

import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { run } from "../../../tests/e2e/child-process.ts";
import { findProgram, requireProgram } from "../../peers/find-program.ts";
import { LOAD_CORE } from "../../peers/machine.ts";
import type { ProbeOutcome } from "./ask-steadily.ts";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "ask-steadily.ts");
const DENO_OPTIONS = ["run", "-A", "--no-check"];
const SPARE_MS = 10_000;

export interface ProbeOptions {
  readonly port: number;
  /** Queries a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Asked in turn. */
  readonly names: readonly string[];
}

export async function runProbe({
  names,
  port,
  rate,
  seconds,
}: ProbeOptions): Promise<ProbeOutcome> {
  const asking = [...runtimeCommand(), PROGRAM, ...[port, rate, seconds].map(String), ...names];
  const pinned = ["-c", String(LOAD_CORE), ...realtime(), ...asking];
  const timeoutMs = 1000 * seconds + SPARE_MS;
  const child = await run(requireProgram("taskset"), pinned, { timeoutMs });
  if (child.exit.code !== 0) throw child.failure("failed");
  return JSON.parse(child.stdout) as ProbeOutcome;
}

export function runtimeCommand(): string[] {
  const isDeno = process.versions["deno"] !== undefined;
  return [process.execPath, ...(isDeno ? DENO_OPTIONS : [])];
}

/** What is shown of the latencies, and under which name. */
export const SHOWN = { mean: "mean", p50: "p50", p90: "p90", p99: "p99", p999: "p99.9" } as const;
export type Shown = keyof typeof SHOWN;
export const SHOWN_KEYS = Object.keys(SHOWN) as readonly Shown[];

/** `mean …, p50 …` in microseconds, what was not answered, and how late the probe was. */
export function describeOutcome(outcome: ProbeOutcome): string {
  const { answered, asked, lateP99 } = outcome;
  const times = SHOWN_KEYS.map((key) => `${SHOWN[key]} ${outcome[key].toFixed(0).padStart(4)}`);
  const unanswered = `${asked - answered} of ${asked} not answered`;
  return `µs: ${times.join(", ")}; ${unanswered}; asked ${lateP99.toFixed(0)} µs late (p99)`;
}

/** Empty where it is not allowed: then the probe competes with the load, and says how late it was. */
function realtime(): string[] {
  const chrt = findProgram("chrt");
  if (chrt === undefined) return [];
  try {
    execFileSync(chrt, ["-f", "10", "true"], { stdio: "ignore" });
    return [chrt, "-f", "10"];
  } catch {
    return [];
  }
}
