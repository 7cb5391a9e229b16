// Runs the study and keeps what it finds in bench/results/hit-rate.json, of which `bun run docs` makes
// docs/hit-rate.md and its charts. The same figures each time, but for HERMOD_TEST_DATA: it may name a
// folder with a list of real names. Takes about two minutes.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { bytesText, cellTable, entriesText } from "./page.ts";
import { RESULTS_FILE } from "./results.ts";
import { runStudy } from "./study.ts";

const results = runStudy({
  seed: 20_260_101,
  population: 200_000,
  requests: 1_200_000,
  progress: (line) => console.error(line),
});
for (const { name, uniform, mixed } of results.traces) {
  console.log(`\n${name}, one size\n\n${cellTable(uniform, entriesText)}`);
  console.log(`\n${name}, mixed sizes\n\n${cellTable(mixed, bytesText)}`);
}
mkdirSync(dirname(RESULTS_FILE), { recursive: true });
writeFileSync(RESULTS_FILE, `${JSON.stringify(results, undefined, 2)}\n`);
