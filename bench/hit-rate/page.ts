// docs/hit-rate.md and its charts, made of what the study found.

import { lineChart } from "../charts/line-chart.ts";
import { markdownTable } from "../charts/markdown-table.ts";
import {
  type HitRateCell,
  type HitRateResults,
  POLICIES,
  POLICY_TITLES,
  type PolicyName,
  type TraceResults,
} from "./results.ts";

/** Points by which a policy has to be ahead everywhere to win clearly. */
const CLEARLY = 0.5;
const RIVALS: readonly PolicyName[] = ["slru", "lru", "sieve", "s3fifo"];

/** Names in docs/ and texts. */
export function hitRateDocuments(results: HitRateResults): ReadonlyMap<string, string> {
  return new Map([
    ["hit-rate.md", hitRatePage(results)],
    ...results.traces.map((trace): [string, string] => [chartPath(trace), gapChart(trace)]),
  ]);
}

function hitRatePage(results: HitRateResults): string {
  const { counted, names, population, requests, seed } = results;
  return `# Hit rate

Written by \`bun run docs\` from \`bench/results/hit-rate.json\`, which \`bun run bench:hit-rate\` writes.

How many requests the cache answers, against policies as their papers have them, over the same
requests. Hermod here is the cache itself (\`src/cache\`), with its lazy marks, size classes and
reserves; the others are ideal: they keep to their capacity exactly and waste nothing.

- ${count(population)} names (${names}), ${count(requests)} requests a trace, of which the last ${count(counted)} count; seed ${seed}.
- Cache sizes are shares of the names: at 1 % the cache has room for one name in a hundred. With one
  size for all (84 bytes a response) all have room for the same number of entries; with mixed sizes,
  most of them one or two addresses, some up to 1.4 KB, for the same bytes of responses.
- The optimum knows the future (Belady). With mixed sizes it is a heuristic, and can be beaten.
- The charts show what is missing to the optimum: lower is better.

## What it says

${verdict(results)}

${results.traces.map(section).join("\n")}`;
}

function section(trace: TraceResults): string {
  return `## ${trace.name}

${trace.description[0]!.toUpperCase()}${trace.description.slice(1)}.

![Points below the optimum](${chartPath(trace)})

One size, hits in percent:

${cellTable(trace.uniform, entriesText)}

Mixed sizes, hits in percent:

${cellTable(trace.mixed, bytesText)}
`;
}

export function entriesText(capacity: number): string {
  return `${count(capacity)} entries`;
}

export function bytesText(capacity: number): string {
  return `${(capacity / 2 ** 20).toFixed(1)} MiB`;
}

/** A table in Markdown: a row for each capacity. */
export function cellTable(
  cells: readonly HitRateCell[],
  capacityText: (capacity: number) => string,
): string {
  const head = ["Cache size", ...POLICIES.map((policy) => POLICY_TITLES[policy]), "Hermod − SLRU"];
  const rows = cells.map(({ capacity, rates, share }) => [
    `${round(100 * share)} %: ${capacityText(capacity)}`,
    ...POLICIES.map((policy) => rates[policy].toFixed(2)),
    signed(rates.hermod - rates.slru),
  ]);
  return markdownTable(head, rows);
}

function gapChart({ name, uniform }: TraceResults): string {
  const lines = POLICIES.filter((policy) => policy !== "optimum").map((policy) => ({
    name: POLICY_TITLES[policy],
    values: uniform.map(({ rates }) => round(rates.optimum - rates[policy])),
    isMain: policy === "hermod",
  }));
  return lineChart({
    title: `${name}: what is missing to the offline optimum`,
    unit: "percentage points of hit rate; lower is better",
    axis: "cache size, share of the names",
    categories: uniform.map(({ share }) => `${round(100 * share)} %`),
    lines,
  });
}

function verdict({ traces }: HitRateResults): string {
  const uniform = traces.flatMap((trace) => trace.uniform);
  const mixed = traces.flatMap((trace) => trace.mixed);
  const clear = RIVALS.filter((rival) => Math.min(...leads(uniform, rival)) > CLEARLY);
  const winners = clear.map((rival) => POLICY_TITLES[rival]).join(" and ");
  return [
    `- Against textbook SLRU: ${rangeText(leads(uniform, "hermod", "slru"))} points with one size, ${rangeText(leads(mixed, "hermod", "slru"))} with mixed sizes.`,
    ...RIVALS.slice(1).map(
      (rival) =>
        `- ${POLICY_TITLES[rival]} against Hermod: ${rangeText(leads(uniform, rival))} points with one size, ${rangeText(leads(mixed, rival))} with mixed sizes.`,
    ),
    `- The optimum is ${rangeText(leads(uniform, "optimum"))} points ahead with one size.`,
    clear.length === 0
      ? `- With one size no other policy is ahead by more than ${CLEARLY} points on every trace at every cache size.`
      : `- With one size ${winners} ${clear.length === 1 ? "wins" : "win"} clearly: by more than ${CLEARLY} points on every trace at every cache size.`,
  ].join("\n");
}

/** By how many points `policy` is ahead of `other`, for each cell. */
function leads(
  cells: readonly HitRateCell[],
  policy: PolicyName,
  other: PolicyName = "hermod",
): number[] {
  return cells.map(({ rates }) => rates[policy] - rates[other]);
}

function rangeText(values: readonly number[]): string {
  return `${signed(Math.min(...values))} to ${signed(Math.max(...values))}`;
}

function chartPath({ name }: TraceResults): string {
  return `charts/hit-rate-${name}.svg`;
}

function signed(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  if (Number(digits) === 0) return digits;
  return value < 0 ? `−${digits}` : `+${digits}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
