// Runs one group of test files in a process of its own and counts what came of it. Whatever keeps a
// test from being reported is a failure: a crash, a file that does not load, a run without end.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readReport, type Tally } from "./report.ts";
import type { TestRuntime } from "./test-runtime.ts";

const TIME_LIMIT_MS = 5 * 60_000;

export async function runGroup(
  runtime: TestRuntime,
  files: readonly string[],
  root: string,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), "hermod-tests-"));
  try {
    const reportFile = join(folder, "report.xml");
    const exitCode = await run(runtime.command(files, reportFile), root);
    const xml = existsSync(reportFile) ? readFileSync(reportFile, "utf8") : "";
    const { problems, ...tally } = tallyOf(xml, files, exitCode);
    for (const problem of problems) console.error(problem);
    return tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface GroupTally extends Tally {
  /** Failures that no report tells of, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * `exitCode` is null when a signal ended the run. A file without a single reported test counts as
 * one failed test, and so does a run that failed although its report shows no failure.
 */
export function tallyOf(
  xml: string,
  files: readonly string[],
  exitCode: number | null,
): GroupTally {
  const { passed, failed, skipped, files: reported } = readReport(xml);
  const problems = files
    .filter((file) => !reported.has(file))
    .map((file) => `No test of ${file} was reported.`);
  if (exitCode !== 0 && failed + problems.length === 0) {
    problems.push(`The run ended with ${exitCode ?? "a signal"}.`);
  }
  return { passed, failed: failed + problems.length, skipped, problems };
}

/** Resolves with the exit code, null for a signal or a program that could not be started. */
function run([program, ...rest]: readonly [string, ...string[]], root: string) {
  return new Promise<number | null>((resolve) => {
    const child = spawn(program, rest, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    const limit = setTimeout(() => {
      console.error(`Stopped after ${TIME_LIMIT_MS / 60_000} minutes.`);
      child.kill("SIGKILL");
    }, TIME_LIMIT_MS);
    const finish = (exitCode: number | null): void => {
      clearTimeout(limit);
      resolve(exitCode);
    };
    child.on("error", (error) => {
      console.error(error.message);
      finish(null);
    });
    child.on("close", finish);
  });
}
