// Preloaded into the server: see heap-report.ts. The main thread's heap alone; UDP threads have none
// that grows.

import process from "node:process";
import { REPORT_PREFIX } from "./heap-report.ts";

const INTERVAL_MS = 1000;

setInterval(() => {
  process.stderr.write(`${REPORT_PREFIX}${process.memoryUsage().heapUsed}\n`);
}, INTERVAL_MS).unref();
