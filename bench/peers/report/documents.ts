// What is published of the newest whole run: docs/benchmarks.md, its charts, and README's table.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PeerResults } from "../results.ts";
import { benchmarksPage, CHARTS_FOLDER, EMPTY_PAGE } from "./benchmarks-page.ts";
import { peerCharts } from "./peer-charts.ts";
import { resultsTable } from "./results-table.ts";
import { summarize } from "./summary.ts";

export const RESULTS_FOLDER: string = join(import.meta.dirname, "..", "..", "results");
const README: string = join(RESULTS_FOLDER, "..", "..", "README.md");
const WHOLE_RUN = /^\d{4}-\d{2}-\d{2}-peers\.json$/;
const BEGIN = "<!-- bench: begin -->";
const END = "<!-- bench: end -->";
const NO_TABLE = "No figures are published yet.";

export interface StoredResults {
  readonly fileName: string;
  readonly results: PeerResults;
}

/** The newest whole run; undefined when there is none. */
export function newestResults(folder: string = RESULTS_FOLDER): StoredResults | undefined {
  const fileName = readdirSync(folder)
    .filter((name) => WHOLE_RUN.test(name))
    .sort()
    .at(-1);
  if (fileName === undefined) return undefined;
  const results = JSON.parse(readFileSync(join(folder, fileName), "utf8")) as PeerResults;
  return { fileName, results };
}

/** Paths from docs/, and texts. */
export function peerDocuments(
  stored: StoredResults | undefined = newestResults(),
  readme: string = readFileSync(README, "utf8"),
): ReadonlyMap<string, string> {
  if (stored === undefined) {
    return new Map([
      ["../README.md", withTable(readme, NO_TABLE)],
      ["benchmarks.md", EMPTY_PAGE],
    ]);
  }
  const summary = summarize(stored.results);
  const charts = peerCharts(summary);
  return new Map([
    ["../README.md", withTable(readme, resultsTable(summary, true))],
    ["benchmarks.md", benchmarksPage(summary, charts, stored.fileName)],
    ...charts.map(({ fileName, svg }): [string, string] => [`${CHARTS_FOLDER}/${fileName}`, svg]),
  ]);
}

/** The page with what is between the two marks replaced; all else stays. */
export function withTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}
