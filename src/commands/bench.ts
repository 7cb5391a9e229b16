// `hermod bench`: puts a server under load, and prints what came of it.

import process from "node:process";
import { selectRuntime } from "../runtime/select.ts";
import { BenchFailure } from "./bench/bench-failure.ts";
import type { BenchReport } from "./bench/bench-report.ts";
import { compareReports, readReport } from "./bench/compare-reports.ts";
import { planBench } from "./bench/plan.ts";
import { ProgressLine } from "./bench/progress-line.ts";
import { reportText } from "./bench/report-text.ts";
import { type BenchWatcher, runBench } from "./bench/run-bench.ts";
import type { Options } from "./program.ts";
import type { Terminal } from "./terminal.ts";

const MEASURED = 0;
const NOTHING_MEASURED = 2;
const WRONG_RESPONSES = 3;
/** As shells have it, with the signal's number added. */
const STOPPED_BY_SIGNAL = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGTERM: 15 };
const DEFAULT_COLUMNS = 80;

const UNWATCHED: BenchWatcher = { began() {}, ended() {} };

/** Resolves with the exit code. Throws a HermodError for options and files that can't be used. */
export async function bench(
  options: Options,
  version: string,
  terminal: Terminal,
): Promise<number> {
  const plan = planBench(options);
  const file = options["compare"] as string | undefined;
  const before = file === undefined ? undefined : readReport(file);
  const runtime = await selectRuntime();
  let report: BenchReport;
  try {
    report = await runBench({ plan, version, runtime, watcher: watcher() });
  } catch (error) {
    if (!(error instanceof BenchFailure)) throw error;
    terminal.complain(`hermod: nothing to measure at ${plan.server.url}: ${error.message}`);
    return NOTHING_MEASURED;
  }
  if (before !== undefined) {
    report = { ...report, comparison: compareReports(report, before, file!) };
  }
  print(report, options, terminal);
  return exitCode(report);
}

function watcher(): BenchWatcher {
  if (!process.stderr.isTTY) return UNWATCHED;
  return new ProgressLine((text) => void process.stderr.write(text));
}

function print(report: BenchReport, options: Options, terminal: Terminal): void {
  if (options["json"] === true) return terminal.print(JSON.stringify(report, undefined, 2));
  terminal.print(reportText(report, process.stdout.columns ?? DEFAULT_COLUMNS));
}

function exitCode({ errors, queries, stoppedBy }: BenchReport): number {
  if (stoppedBy !== null) return STOPPED_BY_SIGNAL + (SIGNAL_NUMBERS[stoppedBy] ?? 0);
  const wrong = Object.values(errors).reduce((sum, count) => sum + count, 0);
  if (wrong > 0) return WRONG_RESPONSES;
  return queries.answered === 0 ? NOTHING_MEASURED : MEASURED;
}
