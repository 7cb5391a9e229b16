// A thread that follows the clock that all share, and writes down what it and its own
// performance.now() say each time it is asked.

import { workerData } from "node:worker_threads";
import { clock } from "../../../src/clock/monotonic.ts";
import { loadLibc } from "../../../src/runtime/libc.ts";
import { BootClock } from "../../../src/runtime/linux/boot-clock.ts";

export interface ClockThreadData {
  readonly originMs: number;
  /** Turns asked for, and turns taken; the thread ends when −1 are asked for. */
  readonly turns: Int32Array;
  /** What the shared clock and what performance.now() said. */
  readonly readings: Float64Array;
}

const { originMs, readings, turns } = workerData as ClockThreadData;
clock.follow(new BootClock(await loadLibc()), originMs);
for (let turn = 0; ; turn = Atomics.load(turns, 0)) {
  readings[0] = clock.nowMs();
  readings[1] = performance.now();
  Atomics.store(turns, 1, turn);
  Atomics.notify(turns, 1);
  Atomics.wait(turns, 0, turn);
  if (Atomics.load(turns, 0) === -1) break;
}
