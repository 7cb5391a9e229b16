// A line chart as SVG text: legible on light and on dark ground, in black and white (each line has its
// own dash and is named at its end).

import { gridLine, powerTicks, roundTicks, SERIES_COUNT, short, svgImage, svgText } from "./svg.ts";

export interface ChartLine {
  readonly name: string;
  /** One for each category; undefined leaves a gap. */
  readonly values: readonly (number | undefined)[];
  /** Drawn thicker: what the chart is about. */
  readonly isMain?: boolean;
}

export interface LineChart {
  readonly title: string;
  /** Below the title: what the vertical axis counts. */
  readonly unit: string;
  /** What the horizontal axis shows. */
  readonly axis: string;
  /** Evenly spaced. */
  readonly categories: readonly string[];
  /** The vertical axis has powers of ten; all values are above 0. */
  readonly isLogarithmic?: boolean;
  /** At most SERIES_COUNT. */
  readonly lines: readonly ChartLine[];
}

const SIZE = { width: 760, height: 360 } as const;
const PLOT = { left: 52, right: 600, top: 64, bottom: 312 } as const;
const LABEL_HEIGHT = 16;

export function lineChart(chart: LineChart): string {
  const scale = makeScale(chart);
  const names = chart.lines.map(({ name }) => name).join(", ");
  return svgImage(SIZE, chart.title, `${chart.unit}, by ${chart.axis}: ${names}`, [
    svgText("note", 16, 46, chart.unit),
    ...gridLines(scale),
    ...categoryLabels(chart),
    ...chart.lines.map((line, i) => lineElements(line, i % SERIES_COUNT, scale)),
    ...endLabels(chart, scale),
  ]);
}

interface Scale {
  readonly ticks: readonly number[];
  readonly categoryCount: number;
  /** From 0, at the bottom, to 1. */
  readonly shareOf: (value: number) => number;
}

/** To a round number over the greatest value, from 0 or from the power of ten below the least. */
function makeScale({ categories, isLogarithmic = false, lines }: LineChart): Scale {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== undefined);
  const categoryCount = categories.length;
  if (!isLogarithmic) {
    const ticks = roundTicks(Math.max(...values, 0));
    return { ticks, categoryCount, shareOf: (value) => value / ticks.at(-1)! };
  }
  const ticks = powerTicks(Math.min(...values), Math.max(...values));
  const first = Math.log10(ticks[0]!);
  const span = Math.log10(ticks.at(-1)!) - first;
  return { ticks, categoryCount, shareOf: (value) => (Math.log10(value) - first) / span };
}

function yOf(value: number, { shareOf }: Scale): number {
  return PLOT.bottom - shareOf(value) * (PLOT.bottom - PLOT.top);
}

function xOf(index: number, categoryCount: number): number {
  const room = (PLOT.right - PLOT.left) / Math.max(categoryCount - 1, 1);
  return PLOT.left + index * room;
}

function gridLines(scale: Scale): string[] {
  return scale.ticks.flatMap((tick) => {
    const y = yOf(tick, scale);
    return [
      gridLine(PLOT.left, y, PLOT.right, y),
      svgText("note", PLOT.left - 8, y + 4, String(tick), "end"),
    ];
  });
}

function categoryLabels({ axis, categories }: LineChart): string[] {
  const middle = (PLOT.left + PLOT.right) / 2;
  return [
    ...categories.map((name, i) => {
      return svgText("note", xOf(i, categories.length), PLOT.bottom + 18, name, "middle");
    }),
    svgText("note", middle, PLOT.bottom + 38, axis, "middle"),
  ];
}

function lineElements({ isMain = false, values }: ChartLine, i: number, scale: Scale): string {
  const kind = `line l${i}${isMain ? " main" : ""}`;
  const points = values.map((value, at) =>
    value === undefined
      ? undefined
      : [short(xOf(at, scale.categoryCount)), short(yOf(value, scale))],
  );
  const path = points.map((point, at) => {
    if (point === undefined) return "";
    return `${at > 0 && points[at - 1] !== undefined ? "L" : "M"}${point.join(" ")}`;
  });
  const dots = points.map((point) =>
    point === undefined
      ? ""
      : `<circle class="dot d${i}" cx="${point[0]}" cy="${point[1]}" r="3"/>`,
  );
  return `<path class="${kind}" d="${path.join("")}"/>${dots.join("")}`;
}

/** Names at the ends of their lines, moved apart where they would overlap. */
function endLabels({ lines }: LineChart, scale: Scale): string[] {
  const wanted = lines.map(({ name, values }, i) => ({ name, i, y: endOf(values, scale) }));
  wanted.sort((a, b) => a.y - b.y);
  wanted.forEach((label, at) => {
    const above = wanted[at - 1];
    if (above !== undefined) label.y = Math.max(label.y, above.y + LABEL_HEIGHT);
  });
  const overflow = Math.max((wanted.at(-1)?.y ?? 0) - PLOT.bottom, 0);
  for (let at = wanted.length - 1, limit = Infinity; overflow > 0 && at >= 0; at--) {
    wanted[at]!.y = Math.min(wanted[at]!.y, limit, PLOT.bottom);
    limit = wanted[at]!.y - LABEL_HEIGHT;
  }
  return wanted.map(({ name, i, y }) => {
    return svgText(`name t${i % SERIES_COUNT}`, PLOT.right + 12, y + 4, name);
  });
}

function endOf(values: readonly (number | undefined)[], scale: Scale): number {
  const last = values.findLast((value) => value !== undefined);
  return last === undefined ? PLOT.bottom : yOf(last, scale);
}
