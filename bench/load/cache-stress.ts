// Fifty million reads of a shared cache while its writer replaces everything in it: not one may be
// foreign or torn. Then the control without epochs, in which some must be. Takes a minute or two.
// Usage: bun bench/load/cache-stress.ts [READS] [READERS]

import process from "node:process";
import { stressCache, type StressOutcome } from "../../tests/cache-stress/stress-cache.ts";

const [reads = "50000000", readers = "2"] = process.argv.slice(2);
const readerCount = Number(readers);
const TIMEOUT_MS = 600_000;

function show(what: string, { broken, reads, stats }: StressOutcome, startMs: number): void {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const { evictions, insertions } = stats;
  console.log(
    `${what}: ${reads} reads, ${broken} foreign or torn; ${insertions} inserts, ${evictions} evictions, ${seconds} s`,
  );
}

const start = performance.now();
const kept = await stressCache({
  readerCount,
  usesEpochs: true,
  isEnough: (counts) => counts.reads >= Number(reads),
  timeoutMs: TIMEOUT_MS,
});
show("with epochs", kept, start);

const controlStart = performance.now();
const control = await stressCache({
  readerCount,
  usesEpochs: false,
  isEnough: (counts) => counts.broken >= 10,
  timeoutMs: TIMEOUT_MS,
});
show("without (the control)", control, controlStart);

const isProof = kept.broken === 0 && kept.reads >= Number(reads) && control.broken > 0;
console.log(isProof ? "ok" : "FAILED");
process.exitCode = isProof ? 0 : 1;
