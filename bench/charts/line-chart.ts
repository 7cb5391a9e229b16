// A line chart as SVG text: legible on light and on dark ground, in black and white (each line has its
// own dash and is named at its end), and without scripts or fonts of its own.

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
  /** At most 6. */
  readonly lines: readonly ChartLine[];
}

const WIDTH = 720;
const HEIGHT = 360;
const PLOT = { left: 52, right: 600, top: 64, bottom: 312 } as const;
const LABEL_HEIGHT = 16;
const WANTED_TICKS = 5;

/** Light ground, dark ground. */
const COLOURS: readonly (readonly [string, string])[] = [
  ["#c2410c", "#fb923c"],
  ["#1d4ed8", "#7ab0ff"],
  ["#047857", "#4ade9f"],
  ["#7e22ce", "#d0a0ff"],
  ["#a16207", "#f0c850"],
  ["#4b5563", "#b0b8c4"],
];
const DASHES: readonly string[] = ["", "7 3", "2 3", "10 3 2 3", "4 4", "1 5"];

export function lineChart(chart: LineChart): string {
  const scale = makeScale(chart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(chart.title)}">`,
    style(),
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="16" y="26">${escape(chart.title)}</text>`,
    `<text class="note" x="16" y="46">${escape(chart.unit)}</text>`,
    ...gridLines(scale),
    ...categoryLabels(chart),
    ...chart.lines.map((line, i) => lineElements(line, i, scale)),
    ...endLabels(chart, scale),
    "</svg>\n",
  ].join("\n");
}

interface Scale {
  readonly step: number;
  readonly top: number;
  readonly categoryCount: number;
}

/** From 0 to a round number over the greatest value. */
function makeScale({ categories, lines }: LineChart): Scale {
  const most = Math.max(...lines.flatMap(({ values }) => values.map((value) => value ?? 0)), 0);
  const rough = (most || 1) / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  return { step, top: step * Math.ceil(most / step || 1), categoryCount: categories.length };
}

function yOf(value: number, { top }: Scale): number {
  return PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top);
}

function xOf(index: number, categoryCount: number): number {
  const room = (PLOT.right - PLOT.left) / Math.max(categoryCount - 1, 1);
  return PLOT.left + index * room;
}

function gridLines(scale: Scale): string[] {
  const count = Math.round(scale.top / scale.step);
  return Array.from({ length: count + 1 }, (_, i) => {
    const value = Number((i * scale.step).toPrecision(6));
    const y = round(yOf(value, scale));
    return (
      `<line class="grid" x1="${PLOT.left}" y1="${y}" x2="${PLOT.right}" y2="${y}"/>` +
      `<text class="note" x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${value}</text>`
    );
  });
}

function categoryLabels({ axis, categories }: LineChart): string[] {
  const middle = (PLOT.left + PLOT.right) / 2;
  return [
    ...categories.map((name, i) => {
      const x = round(xOf(i, categories.length));
      return `<text class="note" x="${x}" y="${PLOT.bottom + 18}" text-anchor="middle">${escape(name)}</text>`;
    }),
    `<text class="note" x="${middle}" y="${PLOT.bottom + 38}" text-anchor="middle">${escape(axis)}</text>`,
  ];
}

function lineElements({ isMain = false, values }: ChartLine, i: number, scale: Scale): string {
  const kind = `line l${i}${isMain ? " main" : ""}`;
  const points = values.map((value, at) =>
    value === undefined
      ? undefined
      : [round(xOf(at, scale.categoryCount)), round(yOf(value, scale))],
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
  const wanted = lines.map(({ name, values }, i) => ({ name, i, y: yOf(lastOf(values), scale) }));
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
    return `<text class="name t${i}" x="${PLOT.right + 12}" y="${round(y + 4)}">${escape(name)}</text>`;
  });
}

function lastOf(values: readonly (number | undefined)[]): number {
  return values.findLast((value) => value !== undefined) ?? 0;
}

function style(): string {
  const paint = (dark: 0 | 1): string =>
    COLOURS.map((pair, i) => `.l${i}{stroke:${pair[dark]}}.d${i},.t${i}{fill:${pair[dark]}}`).join(
      "",
    );
  const dashes = DASHES.map((dash, i) => (dash === "" ? "" : `.l${i}{stroke-dasharray:${dash}}`));
  return (
    "<style>text{font-family:system-ui,sans-serif;font-size:13px}" +
    ".title{font-size:16px;font-weight:600;fill:#1f2328}.note{fill:#57606a}.name{font-weight:600}" +
    ".ground{fill:#ffffff}.grid{stroke:#d8dee4}.line{fill:none;stroke-width:2}.main{stroke-width:3.5}" +
    `${paint(0)}${dashes.join("")}@media(prefers-color-scheme:dark){` +
    ".title{fill:#e6edf3}.note{fill:#9aa4af}.ground{fill:#0d1117}.grid{stroke:#30363d}" +
    `${paint(1)}}</style>`
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
