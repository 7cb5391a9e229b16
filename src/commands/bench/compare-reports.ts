// Sets a run against an earlier one: each figure as a ratio, and what the two did not have in common.

import { readFileSync } from "node:fs";
import { HermodError, messageOf } from "../../errors.ts";
import { type BenchReport, type Comparison, REPORT_VERSION } from "./bench-report.ts";

type Figure = readonly [name: string, read: (report: BenchReport) => number];

const FIGURES: readonly Figure[] = [
  ["goodput", ({ rate }) => rate.goodput],
  ["achieved", ({ rate }) => rate.achieved],
  ["p50", ({ latencyMs }) => latencyMs.p50],
  ["p90", ({ latencyMs }) => latencyMs.p90],
  ["p99", ({ latencyMs }) => latencyMs.p99],
  ["p999", ({ latencyMs }) => latencyMs.p999],
  ["max", ({ latencyMs }) => latencyMs.max],
  ["lostShare", ({ queries }) => share(queries.lost, queries.sent)],
  ["wrongShare", ({ queries }) => share(queries.failed, queries.sent)],
  ["generatorCpu", ({ generator }) => generator.cpuMicrosecondsPerQuery],
];

type Condition = readonly [name: string, read: (report: BenchReport) => unknown];

const CONDITIONS: readonly Condition[] = [
  ["server", ({ server }) => server],
  ["engine", ({ engine }) => engine],
  ["mode", ({ mode }) => mode],
  ["queries in flight", ({ inFlight }) => inFlight],
  ["connections", ({ connections }) => connections],
  ["mix", ({ mix }) => mix],
  ["rates", ({ steps }) => steps.map(({ intendedRate }) => intendedRate)],
  ["runtime", ({ runtime }) => runtime],
];

/** Throws a HermodError with code COMPARE that says what is wrong with the file. */
export function readReport(file: string): BenchReport {
  let report: BenchReport | null;
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as BenchReport | null;
  } catch (error) {
    return fail(`${file} can't be read as JSON: ${messageOf(error)}`, error);
  }
  if (typeof report !== "object" || report?.version !== REPORT_VERSION) {
    fail(`${file} is not what hermod bench --json prints (version ${REPORT_VERSION})`);
  }
  const isWhole = FIGURES.every(([, read]) => isFigure(read, report));
  return isWhole ? report : fail(`${file} lacks figures that hermod bench --json prints`);
}

export function compareReports(now: BenchReport, before: BenchReport, file: string): Comparison {
  const ratios = FIGURES.map(([name, read]) => [name, ratio(read(now), read(before))]);
  const differences = CONDITIONS.filter(([, read]) => {
    return JSON.stringify(read(now)) !== JSON.stringify(read(before));
  }).map(([name, read]) => `${name}: ${show(read(now))}, was ${show(read(before))}`);
  return { file, differences, ratios: Object.fromEntries(ratios) };
}

export function comparisonLines({ differences, file, ratios }: Comparison): string[] {
  const lines = Object.entries(ratios).map(([name, value]) => {
    const text = value === null ? "(was 0)" : `${value.toFixed(2)} x`;
    return `  ${name.padEnd(14)}${text.padStart(9)}`;
  });
  return [
    `against ${file}:`,
    ...lines,
    ...differences.map((difference) => `  not alike: ${difference}`),
  ];
}

function ratio(now: number, before: number): number | null {
  if (before === 0) return now === 0 ? 1 : null;
  return Math.round((now / before) * 10_000) / 10_000;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isFigure(read: (report: BenchReport) => number, report: BenchReport): boolean {
  try {
    return Number.isFinite(read(report)) && CONDITIONS.every(([, of]) => of(report) !== undefined);
  } catch {
    return false;
  }
}

function fail(message: string, cause?: unknown): never {
  throw new HermodError("COMPARE", `--compare: ${message}.`, { cause });
}
