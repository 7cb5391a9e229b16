// Measures the hot functions of bench/micro and compares them with bench/baseline/baseline.json: exit
// code 1, and the names, when one takes over 1.3 times what it did. Takes 20 seconds, and as long
// for each time that a function seems slower.
// Usage: bun bench/baseline/run.ts --check | --store

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { hotFiles } from "../micro/hot-case.ts";
import { measure, type NamedCase } from "./measure.ts";
import { confirmFindings, type Finding, LIMIT, medianRatios, type Ratios } from "./ratios.ts";

const FILE: string = join(import.meta.dirname, "baseline.json");
const ROUNDS = 7;
/** Whose median is stored. */
const PROCESSES = 3;
const REPEATS = 3;

interface Baseline {
  /** Where it was measured; for people. */
  readonly measuredOn: string;
  readonly ratios: Ratios;
}

async function namedCases(): Promise<NamedCase[]> {
  const files = await hotFiles();
  return files.flatMap(({ cases, title }) =>
    cases().map((hot) => ({ ...hot, id: `${title}: ${hot.name}` })),
  );
}

/**
 * In a process of its own, and always all of them: what the compiler makes of a function differs from
 * process to process, and with what ran before it.
 */
function measureApart(): Ratios {
  const parameters = [import.meta.filename, "--measure"];
  const { stdout, status } = spawnSync(process.execPath, parameters, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error("could not measure");
  return JSON.parse(stdout) as Ratios;
}

function store(): void {
  const measuredOn = `Bun ${process.versions["bun"]}, ${arch()}, ${cpus()[0]?.model ?? "unknown"}`;
  const ratios = medianRatios(Array.from({ length: PROCESSES }, measureApart));
  const baseline: Baseline = { measuredOn, ratios };
  writeFileSync(FILE, `${JSON.stringify(baseline, undefined, 2)}\n`);
  console.log(`Stored ${Object.keys(ratios).length} ratios.`);
}

function check(): void {
  const { measuredOn, ratios: stored } = JSON.parse(readFileSync(FILE, "utf8")) as Baseline;
  const again = (names: readonly string[]): Ratios => {
    console.log(`Measuring again for: ${names.join(", ")}`);
    return measureApart();
  };
  const { findings, ratios } = confirmFindings(stored, measureApart(), again, REPEATS);
  for (const [name, ratio] of Object.entries(ratios)) {
    const factor = (ratio / (stored[name] ?? NaN)).toFixed(2).padStart(6);
    console.log(`${factor} × ${ratio.toPrecision(3).padStart(9)}  ${name}`);
  }
  for (const finding of findings) console.error(findingText(finding, measuredOn));
  if (findings.length > 0) process.exitCode = 1;
}

function findingText({ factor, kind, name }: Finding, measuredOn: string): string {
  if (kind === "slower") {
    return `Slower: ${name} takes ${factor.toFixed(2)} × what it did (${measuredOn}); the limit is ${LIMIT}.`;
  }
  const missing = kind === "not stored" ? "has no stored ratio" : "is stored but not measured";
  return `${name} ${missing}: run \`bun run bench:baseline\`.`;
}

const mode = process.argv[2];
if (mode === "--measure") console.log(JSON.stringify(measure(await namedCases(), ROUNDS)));
else if (mode === "--store") store();
else if (mode === "--check") check();
else {
  console.error("Say --check or --store.");
  process.exitCode = 2;
}
