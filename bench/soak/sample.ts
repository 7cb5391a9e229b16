// One look at a running Hermod from outside. Linux.

import { readdirSync } from "node:fs";
import type { Hermod } from "../../tests/e2e/hermod-process.ts";
import { residentBytes } from "../peers/process-usage.ts";
import { lastReport } from "./heap-report.ts";

const MIB = 2 ** 20;

export interface Sample {
  readonly seconds: number;
  /** Answered so far, on every transport. */
  readonly queries: number;
  readonly residentMiB: number;
  /** Of JavaScript's heap. */
  readonly heapMiB: number;
  readonly descriptors: number;
  /** Stream connections that are open. */
  readonly connections: number;
}

/** `startMs` on the clock of performance.now(). */
export async function takeSample(hermod: Hermod, startMs: number): Promise<Sample> {
  const { pid, stderr } = hermod.child;
  return {
    seconds: Math.round((performance.now() - startMs) / 100) / 10,
    queries: await hermod.metric("hermod_queries_total"),
    residentMiB: round(residentBytes(pid) / MIB),
    heapMiB: round(lastReport(stderr) / MIB),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    connections: await hermod.metric("hermod_connections"),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
