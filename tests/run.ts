// Runs every test on every runtime. The last line of the output is `N passed, N failed, N skipped`,
// counted from the reports; the exit code is 1 when anything failed, when no test ran, and with
// CI=true when anything was skipped.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { installPrograms } from "./runner/install-programs.ts";
import { closingLine, type Tally } from "./runner/report.ts";
import { runGroup } from "./runner/run-group.ts";
import { findTestFiles, groupTestFiles } from "./runner/test-files.ts";
import { type MissingRuntime, testRuntimes } from "./runner/test-runtime.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function runAll(): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const runtime of testRuntimes()) {
    const files = findTestFiles(root).filter((file) => runtime.runs(file));
    if ("missing" in runtime) add(total, skipAll(runtime, files));
    else
      for (const group of groupTestFiles(files)) add(total, await runGroup(runtime, group, root));
  }
  return total;
}

/** Each file counts as one skipped test. */
function skipAll({ missing, name }: MissingRuntime, files: readonly string[]): Tally {
  for (const file of files) console.error(`Skipped on ${name}, ${missing}: ${file}`);
  return { passed: 0, failed: 0, skipped: files.length };
}

function add(total: Tally, { passed, failed, skipped }: Tally): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

installPrograms();
const total = await runAll();
const mayNotSkip = process.env["CI"] === "true";
const ranNothing = total.passed + total.failed === 0;
if (mayNotSkip && total.skipped > 0) console.error("CI=true: a skipped test counts as a failure.");
if (total.failed > 0 || ranNothing || (mayNotSkip && total.skipped > 0)) process.exitCode = 1;
console.log(closingLine(total));
