// What the results say about the machine, and where its processes run.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as os from "node:os";
import process from "node:process";
import type { Machine } from "./results.ts";
import { requireProgram } from "./find-program.ts";

export const SERVER_CORE = 0;
/** The next core; on a machine with only one they share it, and the results say so. */
export const LOAD_CORE: number = Math.min(1, os.availableParallelism() - 1);

export function describeMachine(): Machine {
  return {
    // The version alone: what a builder adds to it says nothing to anyone else.
    kernel: `${os.type()} ${os.release().split("-", 1)[0]}`,
    system: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "",
    cpu: os.cpus()[0]?.model ?? "",
    architecture: os.arch(),
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    runtime: runtimeName(),
    loadBefore: os.loadavg()[0] ?? 0,
  };
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}

/** Moves this process to the load's core: whatever it starts stays there unless told otherwise. */
export function moveToLoadCore(): void {
  const parameters = ["-a", "-c", "-p", String(LOAD_CORE), String(process.pid)];
  execFileSync(requireProgram("taskset"), parameters, { stdio: "ignore" });
}

/** A command that runs wherever the kernel likes. */
export function onEveryCore(command: readonly string[]): string[] {
  return [requireProgram("taskset"), "-c", `0-${os.cpus().length - 1}`, ...command];
}

/** A command that runs on the server's core. */
export function onServerCore(command: readonly string[]): string[] {
  return [requireProgram("taskset"), "-c", String(SERVER_CORE), ...command];
}
