// What the charts share: a frame that follows the reader's colour scheme, escaped text, numbers with few
// digits, round ticks. No scripts, no fonts of its own.

/** Lines of one chart, told apart without colour by their dashes as well. */
export const SERIES_COUNT = 8;

/** Light ground, dark ground. */
const COLOURS: readonly (readonly [string, string])[] = [
  ["#c2410c", "#fb923c"],
  ["#1d4ed8", "#7ab0ff"],
  ["#047857", "#4ade9f"],
  ["#7e22ce", "#d0a0ff"],
  ["#a16207", "#f0c850"],
  ["#4b5563", "#b0b8c4"],
  ["#0e7490", "#39c5cf"],
  ["#be185d", "#ff7bb0"],
];
const DASHES: readonly string[] = ["", "7 3", "2 3", "10 3 2 3", "4 4", "1 5", "12 4", "6 2 1 2"];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A whole image; `description` is what a reader who can't see it gets besides the title. */
export function svgImage(
  { height, width }: Size,
  title: string,
  description: string,
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<desc>${escapeXml(description)}</desc>`,
    STYLE,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    svgText("title", 16, 26, title),
    ...parts,
    "</svg>\n",
  ].join("\n");
}

export type Anchor = "start" | "middle" | "end";

export function svgText(
  kind: string,
  x: number,
  y: number,
  text: string,
  anchor: Anchor = "start",
): string {
  const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${kind}" x="${short(x)}" y="${short(y)}"${place}>${escapeXml(text)}</text>`;
}

export function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}"/>`;
}

const STYLE: string = style();

function style(): string {
  const paint = (dark: 0 | 1): string =>
    COLOURS.map((pair, i) => `.l${i}{stroke:${pair[dark]}}.d${i},.t${i}{fill:${pair[dark]}}`).join(
      "",
    );
  const dashes = DASHES.map((dash, i) => (dash === "" ? "" : `.l${i}{stroke-dasharray:${dash}}`));
  return (
    "<style>text{font-family:system-ui,sans-serif;font-size:13px}" +
    ".title{font-size:16px;font-weight:600;fill:#1f2328}.label{fill:#1f2328}.note{fill:#57606a}" +
    ".name{font-weight:600}.ground{fill:#ffffff}.grid{stroke:#d8dee4}.line{fill:none;stroke-width:2}" +
    ".main{stroke-width:3.5}.own{fill:#c2410c}.peer{fill:#6e89b0}.floor{fill:#afb8c1}" +
    `${paint(0)}${dashes.join("")}@media(prefers-color-scheme:dark){` +
    ".title,.label{fill:#e6edf3}.note{fill:#9aa4af}.ground{fill:#0d1117}.grid{stroke:#30363d}" +
    `.own{fill:#fb923c}.peer{fill:#6f93c7}.floor{fill:#656c76}${paint(1)}}</style>`
  );
}

export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** With one digit behind the point: files stay small and their changes readable. */
export function short(value: number): number {
  return Math.round(value * 10) / 10;
}

const WANTED_TICKS = 5;

/** From 0 to the first tick that is not below `most`, in steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(most: number): number[] {
  const rough = (most > 0 ? most : 1) / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

/** Powers of ten that hold everything between `least` and `most`, both above 0. */
export function powerTicks(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(first + 1, Math.ceil(Math.log10(most)));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}
