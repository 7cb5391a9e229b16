// Waits for a signal to stop, says which it was, and ends. Run by runtime.test.ts.

import process from "node:process";
import { selectRuntime } from "../../../src/runtime/select.ts";

const runtime = await selectRuntime();
const wait = setTimeout(() => {}, 30_000);
runtime.onStopSignal((signal) => {
  clearTimeout(wait);
  process.stdout.write(`stopped by ${signal}\n`);
});
process.stdout.write("waiting\n");
