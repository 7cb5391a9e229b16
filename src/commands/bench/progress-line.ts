// The line that shows how the load goes, written over and over, where standard error is a terminal.

import type { BenchWatcher } from "./run-bench.ts";
import { formatCount, formatMs } from "./report-text.ts";
import type { Traffic } from "./traffic.ts";

const INTERVAL_MS = 500;
const ERASE_LINE = "\r\u001b[K";

export class ProgressLine implements BenchWatcher {
  private readonly write: (text: string) => void;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  began(phase: "warm-up" | "load", traffic: Traffic, durationMs: number | undefined): void {
    const show = (): void => this.write(ERASE_LINE + progressText(phase, traffic, durationMs));
    show();
    this.timer = setInterval(show, INTERVAL_MS);
  }

  ended(): void {
    clearInterval(this.timer);
    this.write(ERASE_LINE);
  }
}

function progressText(
  phase: string,
  { inFlight, startMs, tally }: Traffic,
  durationMs: number | undefined,
): string {
  const passedMs = startMs === 0 ? 0 : performance.now() - startMs;
  const whole = durationMs === undefined ? "" : ` of ${seconds(durationMs)}`;
  const rate = passedMs === 0 ? 0 : (tally.answered * 1000) / passedMs;
  const parts = [
    `${phase} ${seconds(passedMs)}${whole} s`,
    `${formatCount(tally.sent)} sent`,
    `${formatCount(rate)} answers/s`,
    `${formatCount(inFlight)} in flight`,
    `${formatCount(tally.lost)} lost`,
    `${formatCount(tally.failed)} wrong`,
    `p99 ${formatMs(tally.latency().percentile(0.99))}`,
  ];
  return parts.join("  ");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
