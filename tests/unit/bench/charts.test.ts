// Charts and tables of the benchmarks' pages.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lineChart } from "../../../bench/charts/line-chart.ts";
import { markdownTable } from "../../../bench/charts/markdown-table.ts";
import { roundTicks } from "../../../bench/charts/svg.ts";

const CHART = {
  title: 'A < B & "C"',
  unit: "points",
  axis: "size",
  categories: ["1 %", "5 %", "10 %"],
};

function attribute(svg: string, pattern: RegExp): number[] {
  return Array.from(svg.matchAll(pattern), ([, value]) => Number(value));
}

describe("lineChart", () => {
  test("draws a path and a label for each line, and escapes text", () => {
    const lines = [
      { name: "one", values: [1, 2, 3] },
      { name: "two", values: [3, undefined, 1], isMain: true },
    ];
    const svg = lineChart({ ...CHART, lines });
    assert.match(svg, /aria-label="A &lt; B &amp; &quot;C&quot;"/);
    const paths = Array.from(svg.matchAll(/<path class="([^"]+)" d="([^"]+)"/g));
    assert.deepEqual(
      paths.map(([, kind]) => kind),
      ["line l0", "line l1 main"],
    );
    assert.match(paths[0]![2]!, /^M[\d. ]+L[\d. ]+L[\d. ]+$/);
    assert.match(paths[1]![2]!, /^M[\d. ]+M[\d. ]+$/, "a gap is not drawn over");
    assert.match(svg, /prefers-color-scheme:dark/);
  });

  test("higher values are higher up, within the plot", () => {
    const svg = lineChart({ ...CHART, lines: [{ name: "one", values: [0, 7, 14] }] });
    const heights = attribute(svg, /<circle [^>]*cy="([\d.]+)"/g);
    assert.equal(heights[0], 312);
    assert.ok(heights[0]! > heights[1]! && heights[1]! > heights[2]! && heights[2]! >= 64);
  });

  test("labels never overlap nor leave the plot, even of equal lines", () => {
    const lines = Array.from({ length: 6 }, (_, i) => ({ name: `line ${i}`, values: [0, 0, 0] }));
    const svg = lineChart({
      ...CHART,
      lines: [...lines.slice(1), { name: "top", values: [9, 9, 9] }],
    });
    const heights = attribute(svg, /<text class="name[^>]*y="([\d.]+)"/g).sort((a, b) => a - b);
    assert.equal(heights.length, 6);
    heights.slice(1).forEach((y, i) => assert.ok(y - heights[i]! >= 15.9));
    assert.ok(heights.at(-1)! <= 320);
  });
});

describe("a logarithmic lineChart", () => {
  test("has powers of ten that hold every value", () => {
    const lines = [{ name: "one", values: [0.02, 2, 20] }];
    const svg = lineChart({ ...CHART, isLogarithmic: true, lines });
    const ticks = attribute(svg, /<text class="note" x="44" [^>]*>([\d.]+)</g);
    assert.deepEqual(ticks, [0.01, 0.1, 1, 10, 100]);
    const [low, middle, high] = attribute(svg, /<circle [^>]*cy="([\d.]+)"/g);
    assert.ok(Math.abs(low! - middle! - 2 * (middle! - high!)) < 0.5, "equal factors, equal steps");
  });

  test("of one value has a height", () => {
    const svg = lineChart({ ...CHART, isLogarithmic: true, lines: [{ name: "a", values: [1] }] });
    assert.doesNotMatch(svg, /NaN|Infinity/);
  });
});

describe("roundTicks", () => {
  test("hold every value, in round steps", () => {
    assert.deepEqual(roundTicks(0), [0, 0.2]);
    assert.deepEqual(roundTicks(10), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(roundTicks(10.1), [0, 5, 10, 15]);
    assert.deepEqual(roundTicks(0.3), [0, 0.1, 0.2, 0.3]);
  });
});

test("markdownTable counts characters, not UTF-16 units", () => {
  assert.equal(markdownTable(["𝛍", "b"], []), "| 𝛍   |   b |\n| --- | --: |");
});

test("markdownTable pads its columns", () => {
  assert.equal(
    markdownTable(
      ["name", "x"],
      [
        ["a", "10.25"],
        ["longer", "1"],
      ],
    ),
    ["| name   |     x |", "| ------ | ----: |", "| a      | 10.25 |", "| longer |     1 |"].join(
      "\n",
    ),
  );
});
