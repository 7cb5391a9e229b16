// A clock for the timing wheel that goes like any other, and can be put forward.

import type { WheelClock } from "../src/clock/timing-wheel.ts";

export class LeapingClock implements WheelClock {
  private aheadMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ring = (): void => {};

  nowMs(): number {
    return performance.now() + this.aheadMs;
  }

  setAlarm(delayMs: number, ring: () => void): void {
    clearTimeout(this.timer);
    this.ring = ring;
    this.timer = setTimeout(ring, delayMs);
  }

  clearAlarm(): void {
    clearTimeout(this.timer);
    this.ring = () => {};
  }

  /** Fires what is due by then. */
  leap(byMs: number): void {
    this.aheadMs += byMs;
    this.ring();
  }
}
