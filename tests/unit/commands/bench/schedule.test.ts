// When queries leave: held against the rate, whatever the moments at which one looks.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ClosedSchedule, OpenSchedule } from "../../../../src/commands/bench/schedule.ts";

const seed = 20_261_121;
const START = 5000;
const NEAR = 1e-6;

const steps = fc.array(
  fc.record({
    rate: fc.integer({ min: 1, max: 5000 }),
    durationMs: fc.integer({ min: 50, max: 500 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Sends whatever is due after each pause, until the end; returns the intended times. */
function send(schedule: OpenSchedule, pauses: readonly number[]): number[] {
  const intended: number[] = [];
  schedule.begin(START);
  let nowMs = START;
  for (let i = 0; nowMs < schedule.endMs; i++) {
    const due = schedule.due(nowMs, intended.length, 0);
    for (let n = 0; n < due; n++) {
      intended.push(schedule.intendedMs(intended.length, nowMs));
      assert.ok(intended.at(-1)! <= nowMs + NEAR, "nothing leaves before its time");
    }
    nowMs += pauses[i % pauses.length]!;
  }
  return intended;
}

describe("the open schedule", () => {
  test("has every query leave at its time, in each step as many as the rate says", () => {
    const pauses = fc.array(fc.double({ min: 0.05, max: 40, noNaN: true }), { minLength: 1 });
    const property = fc.property(steps, pauses, (given, pauses) => {
      const schedule = new OpenSchedule(given);
      const intended = send(schedule, pauses);
      let startMs = START;
      given.forEach(({ rate, durationMs }, i) => {
        const endMs = startMs + durationMs;
        const times = intended.filter((time) => time >= startMs - NEAR && time < endMs - NEAR);
        times.forEach((time, n) => assert.ok(Math.abs(time - startMs - (n * 1000) / rate) < 1e-3));
        const isLast = i === given.length - 1;
        const whole = schedule.intended(i);
        assert.ok(isLast ? times.length <= whole : times.length === whole, `${times.length}`);
        assert.ok(Math.abs(whole - (rate * durationMs) / 1000) <= 1);
        startMs = endMs;
      });
      assert.equal(schedule.endMs, startMs);
    });
    fc.assert(property, { seed, numRuns: 300 });
  });

  test("gives a late sender all that it has missed, with the times of then", () => {
    const schedule = new OpenSchedule([{ rate: 1000, durationMs: 1000 }]);
    schedule.begin(START);
    assert.equal(schedule.due(START + 300.5, 0, 12_345), 301);
    assert.equal(schedule.intendedMs(0, START + 300.5), START);
    assert.equal(schedule.intendedMs(300, START + 300.5), START + 300);
    assert.equal(schedule.due(START + 300.5, 301, 0), 0);
    assert.equal(schedule.waitMs(START + 300.5, 301), 0.5);
    assert.equal(schedule.due(START + 1000, 301, 0), 0, "nothing leaves after the end");
  });

  test("says how many were to leave when it is stopped early", () => {
    const schedule = new OpenSchedule([
      { rate: 1000, durationMs: 100 },
      { rate: 100, durationMs: 100 },
    ]);
    schedule.begin(START);
    const intended = (afterMs: number): number[] =>
      [0, 1].map((step) => schedule.intended(step, START + afterMs));
    assert.deepEqual(intended(50), [50, 0]);
    assert.deepEqual(intended(150), [100, 5]);
    assert.deepEqual(intended(Infinity), [100, 10]);
  });
});

describe("the closed schedule", () => {
  test("keeps as many in flight as it is told, until the time is over", () => {
    const schedule = new ClosedSchedule(10, 1000, Infinity);
    schedule.begin(START);
    assert.equal(schedule.due(START, 0, 0), 10);
    assert.equal(schedule.due(START, 10, 10), 0);
    assert.equal(schedule.due(START + 1, 10, 7), 3);
    assert.equal(schedule.intendedMs(10, START + 1), START + 1);
    assert.equal(schedule.due(START + 1000, 13, 0), 0);
  });

  test("ends when all have left", () => {
    const schedule = new ClosedSchedule(10, Infinity, 12);
    schedule.begin(START);
    assert.equal(schedule.due(START + 1, 10, 5), 2);
    assert.equal(schedule.endMs, Infinity);
    assert.equal(schedule.due(START + 2, 12, 5), 0);
    assert.equal(schedule.endMs, START + 2);
  });
});
