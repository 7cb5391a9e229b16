// One clock: no step when it begins to follow the clock that threads share, on through a suspend, and
// the same on every thread.

import assert from "node:assert/strict";
import process from "node:process";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { MonotonicClock } from "../../../src/clock/monotonic.ts";
import { type Deadline, TimingWheel } from "../../../src/clock/timing-wheel.ts";
import { loadLibc } from "../../../src/runtime/libc.ts";
import { BootClock } from "../../../src/runtime/linux/boot-clock.ts";
import type { ClockThreadData } from "./clock-thread.ts";

const skip = process.platform === "linux" ? false : "threads share a clock on Linux alone";

describe("the clock", () => {
  test("is performance.now() as long as there is no other", () => {
    const clock = new MonotonicClock();
    const before = performance.now();
    const nowMs = clock.nowMs();
    assert.ok(before <= nowMs && nowMs <= performance.now());
  });

  test("begins to follow another without a step", () => {
    const clock = new MonotonicClock();
    const shared = { time: 7_000_000, nowMs: (): number => shared.time };
    const before = clock.nowMs();
    const originMs = clock.follow(shared);
    const after = performance.now();
    assert.ok(before <= clock.nowMs() && clock.nowMs() <= after);
    assert.ok(originMs <= shared.time - before && originMs >= shared.time - after);
  });

  test("counts the time that the machine slept", () => {
    const clock = new MonotonicClock();
    const shared = { time: 7_000_000, nowMs: (): number => shared.time };
    clock.follow(shared, 6_000_000);
    assert.equal(clock.nowMs(), 1_000_000);
    assert.equal(clock.seconds(), 1001);
    shared.time += 8 * 3_600_000;
    assert.equal(clock.seconds(), 1001 + 8 * 3600);
  });

  test("stays with the clock that it follows", () => {
    const clock = new MonotonicClock();
    assert.equal(clock.follow({ nowMs: () => 500 }, 100), 100);
    assert.equal(clock.follow({ nowMs: () => 9000 }), 100);
    assert.equal(clock.nowMs(), 400);
  });

  test("has deadlines that fell due in a suspend fire after it, once", () => {
    const shared = { time: 1000, nowMs: (): number => shared.time };
    const clock = new MonotonicClock();
    clock.follow(shared, 0);
    let ring = (): void => {};
    const alarms = {
      nowMs: () => clock.nowMs(),
      setAlarm: (_delayMs: number, wanted: () => void) => void (ring = wanted),
      clearAlarm: () => void (ring = () => {}),
    };
    const wheel = new TimingWheel({ tickMs: 10, slotCount: 8, clock: alarms });
    const fired: number[] = [];
    const deadline = (id: number): Deadline => ({ expire: () => void fired.push(id) });
    wheel.schedule(50, deadline(1));
    wheel.schedule(5000, deadline(2));
    wheel.schedule(10 * 3_600_000, deadline(3));
    shared.time += 3_600_000;
    ring();
    assert.deepEqual(fired.toSorted(), [1, 2]);
    assert.equal(wheel.size, 1);
  });
});

describe("a clock that threads share", () => {
  test("says the same on each of them, in the order of their reading", { skip }, async () => {
    const clock = new MonotonicClock();
    const originMs = clock.follow(new BootClock(await loadLibc()));
    const turns = new Int32Array(new SharedArrayBuffer(8)).fill(-1);
    turns[0] = 0;
    const readings = new Float64Array(new SharedArrayBuffer(16));
    const data: ClockThreadData = { originMs, turns, readings };
    const worker = new Worker(new URL("./clock-thread.ts", import.meta.url), { workerData: data });
    const exited = new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    await taken(turns, 0);
    for (let turn = 1; turn <= 50; turn++) {
      const before = clock.nowMs();
      Atomics.store(turns, 0, turn);
      Atomics.notify(turns, 0);
      await taken(turns, turn);
      const [there, ownThere] = readings as unknown as [number, number];
      assert.ok(before <= there && there <= clock.nowMs(), `${before}, then ${there}`);
      assert.ok(ownThere < before, "performance.now() would have done as well");
    }
    Atomics.store(turns, 0, -1);
    Atomics.notify(turns, 0);
    await exited;
  });
});

async function taken(turns: Int32Array, turn: number): Promise<void> {
  while (Atomics.load(turns, 1) !== turn) await new Promise((resolve) => setTimeout(resolve, 1));
}
