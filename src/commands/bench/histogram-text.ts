// Draws the distribution of the latencies: a bar for each range of times, the ranges growing by the
// same factor.

import type { HistogramBar } from "./bench-report.ts";

const BLOCKS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
const MIN_BAR = 10;
const LABEL_WIDTH = 24;
const COUNT_WIDTH = 14;

/** A line each, at most `columns` wide. A bar that is not empty shows, however short it is. */
export function histogramLines(bars: readonly HistogramBar[], columns: number): string[] {
  const width = Math.max(MIN_BAR, columns - LABEL_WIDTH - COUNT_WIDTH);
  const most = Math.max(...bars.map(({ count }) => count), 1);
  return bars.map(({ count, fromMs, toMs }) => {
    const label = `${number(fromMs)} – ${number(toMs)} ms`.padStart(LABEL_WIDTH - 2);
    const bar = drawBar((count / most) * width, count > 0);
    return `${label}  ${bar.padEnd(width)} ${count.toLocaleString("en-US")}`.trimEnd();
  });
}

function drawBar(length: number, isThere: boolean): string {
  const eighths = Math.max(isThere ? 1 : 0, Math.round(length * 8));
  return "█".repeat(eighths >> 3) + BLOCKS[eighths & 7]!;
}

function number(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : String(Number(ms.toPrecision(3)));
}
