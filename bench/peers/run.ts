// One command: installs the peers, measures Hermod beside them, prints the table, writes the results.
// Usage: bun bench/peers/run.ts --help

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import { buildBinary } from "../../tests/e2e/build-binary.ts";
import { RESULTS_FOLDER } from "./report/documents.ts";
import { resultsTable } from "./report/results-table.ts";
import { summarize } from "./report/summary.ts";
import { BenchUpstream } from "./bench-upstream.ts";
import { findProgram, requireProgram } from "./find-program.ts";
import { installPackages } from "./install-packages.ts";
import { dnsperf } from "./load/dnsperf.ts";
import { h2load } from "./load/h2load.ts";
import { hermodBench } from "./load/hermod-bench.ts";
import { describeMachine, LOAD_CORE, moveToLoadCore, SERVER_CORE } from "./machine.ts";
import { type Cell, cellsOf, estimatedSeconds, measureCell, whyNot } from "./measure.ts";
import { parseOptions, type RunOptions, USAGE } from "./options.ts";
import { programVersion } from "./program-version.ts";
import { writeQuestionFiles } from "./question-files.ts";
import { type PeerResults, type Sample, SCHEMA_VERSION, type ServerEntry } from "./results.ts";
import type { ServerKind } from "./server-kind.ts";
import { HERMOD } from "./server-kinds.ts";
import { hermodBinary } from "./servers/hermod.ts";
import { WORKLOAD_KINDS } from "./workload-kinds.ts";
import type { Bench } from "./workloads/workload.ts";

const ROOT: string = join(import.meta.dirname, "..", "..");
const GENERATORS = [dnsperf, h2load, hermodBench];

if (process.argv.includes("--help")) console.log(USAGE);
else await runWith(process.argv.slice(2));

async function runWith(given: readonly string[]): Promise<void> {
  let options: RunOptions;
  try {
    options = parseOptions(given);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 1;
    return;
  }
  if (options.installs) installPackages();
  const results = await run(options);
  const path = options.out ?? join(RESULTS_FOLDER, fileName(options, results));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, textOf(results));
  console.log(`\n${resultsTable(summarize(results))}\n\nWritten to ${path}`);
}

/** Commands as they would be given in the project's folder, wherever that is. */
function textOf(results: PeerResults): string {
  return `${JSON.stringify(results, undefined, 1).replaceAll(`${ROOT}/`, "")}\n`;
}

/** Only a whole run is called `peers`: what is published is rendered from the newest of these. */
function fileName({ peers, workloads }: RunOptions, { startedAt }: PeerResults): string {
  const all = parseOptions([]);
  const isWhole = peers.length === all.peers.length && workloads.length === all.workloads.length;
  return `${startedAt.slice(0, 10)}-${isWhole ? "peers" : workloads.join("-")}.json`;
}

async function run(options: RunOptions): Promise<PeerResults> {
  const startMs = Date.now();
  const machine = describeMachine();
  moveToLoadCore();
  const servers = [HERMOD, ...options.peers].map(entryOf);
  const here = options.peers.filter((kind) => isHere(servers, kind));
  for (const { absent, name } of servers) if (absent) console.error(`${name}: ${absent}`);
  const { workloads, rounds, seconds, entries } = options;
  const cores = { serverCore: SERVER_CORE, loadCore: LOAD_CORE };
  const binary = workloads.includes("start") ? await builtBinary() : undefined;
  const cells = cellsOf(options, here, binary);
  const minutes = estimatedSeconds(cells, options) / 60;
  console.error(`${cells.length} measurements, about ${minutes.toFixed(1)} minutes`);
  const samples = await measureAll(options, cells);
  return {
    schema: SCHEMA_VERSION,
    startedAt: new Date(startMs).toISOString(),
    durationSeconds: Math.round((Date.now() - startMs) / 1000),
    machine,
    settings: { workloads, rounds, seconds, entries, ...cores },
    servers,
    programs: programVersions(),
    samples,
  };
}

/** Without it the rest is still worth measuring. */
async function builtBinary(): Promise<ServerKind | undefined> {
  try {
    return hermodBinary(await buildBinary());
  } catch (error) {
    console.error(`Hermod's binary is left out: ${(error as Error).message}`);
    return undefined;
  }
}

async function measureAll(options: RunOptions, cells: readonly Cell[]): Promise<Sample[]> {
  const folder = temporaryFolder();
  const files = await writeQuestionFiles(folder);
  const upstream = await BenchUpstream.start();
  const bench: Bench = { upstream, files, seconds: options.seconds, entries: options.entries };
  const samples: Sample[] = [];
  for (const cell of cells) {
    const sample = await measureCell(cell, bench);
    samples.push(sample);
    console.error(`[${samples.length}/${cells.length}] ${progressText(sample, cell.kind)}`);
  }
  await upstream.stop();
  rmSync(folder, { recursive: true });
  return samples;
}

function progressText({ error, figures, workload }: Sample, { name }: ServerKind): string {
  const shown = Object.entries(figures).map(([key, value]) => `${key} ${round(value as number)}`);
  const what = error === undefined ? "" : ` — does not count: ${error}`;
  return `${workload} ${name}: ${shown.join(", ")}${what}`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function entryOf(kind: ServerKind): ServerEntry {
  const { id, name, program } = kind;
  const path = findProgram(program) ?? (program.startsWith("/") ? program : undefined);
  const entry = { id, name, cannot: reasonsOf(kind) };
  if (path === undefined) return { ...entry, absent: `${program} is not installed` };
  return { ...entry, version: programVersion(path, kind.versionParameters, kind.versionPattern) };
}

/** By workload, why this one is not measured. */
function reasonsOf(kind: ServerKind): ServerEntry["cannot"] {
  if (kind === HERMOD) return {};
  const reasons = WORKLOAD_KINDS.map((workload) => [workload.id, whyNot(kind, workload)] as const);
  return Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined));
}

function isHere(servers: readonly ServerEntry[], { id }: ServerKind): boolean {
  return servers.some((entry) => entry.id === id && entry.absent === undefined);
}

function programVersions(): Record<string, string> {
  return {
    ...Object.fromEntries(GENERATORS.map(({ name, version }) => [name, version()])),
    upstream: `Unbound ${programVersion(requireProgram("unbound"), ["-V"], /^Version (\S+)/m)}`,
  };
}
