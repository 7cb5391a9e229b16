// A chart of horizontal bars, one a server, from 0: shorter is better.

import { gridLine, roundTicks, short, svgImage, svgText } from "./svg.ts";

export interface Bar {
  readonly label: string;
  /** Undefined: there is none, and `note` says why. */
  readonly value?: number;
  readonly note?: string;
  readonly kind: "own" | "peer" | "floor";
}

export interface BarChart {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LEFT = 150;
const RIGHT = 60;
const TOP = 40;
const ROW = 28;
const BAR = 18;
const BOTTOM = 46;
const PLOT = WIDTH - LEFT - RIGHT;
const MAX_NOTE = 75;

export function barChart({ bars, digits, title, unit }: BarChart): string {
  const ticks = roundTicks(Math.max(0, ...bars.map(({ value = 0 }) => value)));
  const most = ticks.at(-1)!;
  const bottom = TOP + bars.length * ROW;
  const x = (value: number): number => LEFT + (Math.max(0, value) / most) * PLOT;
  const parts = [
    ...ticks.flatMap((tick) => [
      gridLine(x(tick), TOP, x(tick), bottom),
      svgText("note", x(tick), bottom + 16, String(tick), "middle"),
    ]),
    svgText("note", LEFT + PLOT / 2, bottom + 36, `${unit}; less is better`, "middle"),
    ...bars.flatMap((bar, i) => barParts(bar, TOP + i * ROW, x, digits)),
  ];
  const size = { width: WIDTH, height: bottom + BOTTOM };
  return svgImage(size, title, describe(bars, digits, unit), parts);
}

function barParts(
  { kind, label, note, value }: Bar,
  top: number,
  x: (value: number) => number,
  digits: number,
): string[] {
  const baseline = top + ROW / 2 + 5;
  const name = svgText("label", LEFT - 10, baseline, label, "end");
  if (value === undefined) {
    const text = note === undefined ? "not measured" : note;
    return [name, svgText("note", LEFT + 8, baseline, shorten(text))];
  }
  const y = top + (ROW - BAR) / 2;
  const rectangle = `<rect x="${LEFT}" y="${y}" width="${short(x(value) - LEFT)}" height="${BAR}" rx="2" class="${kind}"/>`;
  return [name, rectangle, svgText("label", x(value) + 6, baseline, value.toFixed(digits))];
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > MAX_NOTE ? `${line.slice(0, MAX_NOTE - 1)}…` : line;
}

function describe(bars: readonly Bar[], digits: number, unit: string): string {
  const texts = bars.map(({ label, value }) => {
    return `${label} ${value === undefined ? "none" : value.toFixed(digits)}`;
  });
  return `${texts.join(", ")} (${unit})`;
}
