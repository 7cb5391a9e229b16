// Comparisons as a table in Markdown.

import type { Comparison } from "./compare.ts";

export const HEAD: readonly string[] = [
  "| off | load | CPU µs a query: on | off | off ÷ on (least to greatest) | queries/s, off ÷ on | RSS, on and off | besides |",
  "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
];

/** Shares that differ by less say nothing. */
const NOTICEABLE = 0.005;

export function row(comparison: Comparison): string {
  const { load, name, off, on, ratio, spread } = comparison;
  const cells = [
    name,
    load,
    on.cpuUs.toFixed(2),
    off.cpuUs.toFixed(2),
    `**${ratio.toFixed(2)}** (${spread.map((each) => each.toFixed(2)).join(" to ")})`,
    (off.queriesPerSecond / on.queriesPerSecond).toFixed(2),
    `${mebibytes(on.residentBytes)}, ${mebibytes(off.residentBytes)} MiB`,
    besides(comparison),
  ];
  return `| ${cells.join(" | ")} |`;
}

function besides({ off, on }: Comparison): string {
  const shares: [string, number, number][] = [
    ["lost", on.lostShare, off.lostShare],
    ["hits", on.hitShare, off.hitShare],
  ];
  return shares
    .filter(([, a, b]) => Math.abs(a - b) >= NOTICEABLE)
    .map(([what, a, b]) => `${what}: on ${percent(a)}, off ${percent(b)}`)
    .join("; ");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
