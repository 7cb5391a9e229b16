// The runtimes that the tests run on: how each is told to run test files and to write a report.

import { spawnSync } from "node:child_process";
import process from "node:process";

/** For a test that names no time limit of its own; tests that talk to real servers need more than 5 s. */
const TEST_TIMEOUT_MS = 60_000;
/** docs/runtimes.md speaks of this version. */
const DENO = "deno@2.9.6";
const FETCH_TIMEOUT_MS = 5 * 60_000;

export interface TestRuntime {
  readonly name: string;
  /** Whether this file is to run on it. */
  runs(file: string): boolean;
  /** Program and arguments that run `files` and write a JUnit report to `reportFile`. */
  command(files: readonly string[], reportFile: string): readonly [string, ...string[]];
}

export interface MissingRuntime {
  readonly name: string;
  readonly missing: string;
  runs(file: string): boolean;
}

/** The Bun that runs this very script. */
const bun: TestRuntime = {
  name: "bun",
  runs: () => true,
  command: (files, reportFile) => [
    process.execPath,
    "test",
    `--timeout=${TEST_TIMEOUT_MS}`,
    "--reporter=junit",
    `--reporter-outfile=${reportFile}`,
    ...files.map((file) => `./${file}`),
  ],
};

/** What is about the sources, or about what only Bun builds or measures. */
const BUN_ONLY = /^tests\/(?:architecture\/|unit\/deploy\/|e2e\/(?:binary|peers)\.test\.ts$)/;

const runsOnDeno = (file: string): boolean => !BUN_ONLY.test(file);

function deno(program: string): TestRuntime {
  const options = ["--allow-all", "--no-check", "--no-prompt", "--quiet"];
  return {
    name: "deno",
    runs: runsOnDeno,
    command: (files, reportFile) => [
      program,
      "test",
      ...options,
      `--junit-path=${reportFile}`,
      ...files.map((file) => `./${file}`),
    ],
  };
}

/** Deno comes from npm, by way of Bun's cache: only who runs the tests has to fetch it. */
function findDeno(): TestRuntime | MissingRuntime {
  const { error, status, stdout } = spawnSync(
    process.execPath,
    ["x", "--bun", DENO, "eval", "console.log(Deno.execPath())"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: FETCH_TIMEOUT_MS },
  );
  if (error === undefined && status === 0) return deno(stdout.trim());
  return { name: "deno", missing: `${DENO} can't be had`, runs: runsOnDeno };
}

export function testRuntimes(): readonly (TestRuntime | MissingRuntime)[] {
  return [bun, findDeno()];
}
