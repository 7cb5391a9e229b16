// The runtimes that the tests run on: how each is told to run test files and to write a report.

/** For a test that names no time limit of its own; tests that talk to real servers need more than 5 s. */
const TEST_TIMEOUT_MS = 60_000;

export interface TestRuntime {
  readonly name: string;
  /** Program and arguments that run `files` and write a JUnit report to `reportFile`. */
  command(files: readonly string[], reportFile: string): readonly [string, ...string[]];
}

/** The Bun that runs this very script. */
const bun: TestRuntime = {
  name: "bun",
  command: (files, reportFile) => [
    process.execPath,
    "test",
    `--timeout=${TEST_TIMEOUT_MS}`,
    "--reporter=junit",
    `--reporter-outfile=${reportFile}`,
    ...files.map((file) => `./${file}`),
  ],
};

export const TEST_RUNTIMES: readonly TestRuntime[] = [bun];
