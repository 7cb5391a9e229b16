import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { monotonicMs, monotonicSeconds } from "../../../src/clock/monotonic.ts";
import {
  TimerHandle,
  timers,
  TimingWheel,
  type WheelClock,
} from "../../../src/clock/timing-wheel.ts";
import { Random } from "../../fuzz/random.ts";

/** Time that goes on only when it is told to. */
class ManualClock implements WheelClock {
  time: number;
  alarmAtMs = Infinity;
  alarmsSet = 0;
  private ring: () => void = () => {};

  constructor(time: number) {
    this.time = time;
  }

  nowMs(): number {
    return this.time;
  }

  setAlarm(delayMs: number, ring: () => void): void {
    assert.ok(delayMs > 0, "an alarm lies in the future");
    this.alarmAtMs = this.time + delayMs;
    this.ring = ring;
    this.alarmsSet++;
  }

  clearAlarm(): void {
    this.alarmAtMs = Infinity;
  }

  /** Goes on to `timeMs`, with every alarm on the way rung at its time. */
  runUntil(timeMs: number): void {
    while (this.alarmAtMs <= timeMs) {
      this.time = this.alarmAtMs;
      this.alarmAtMs = Infinity;
      this.ring();
    }
    this.time = timeMs;
  }
}

function wheelAt(time: number): { wheel: TimingWheel; clock: ManualClock } {
  const clock = new ManualClock(time);
  return { wheel: new TimingWheel({ tickMs: 10, slotCount: 8, clock }), clock };
}

describe("the monotonic clock", () => {
  test("goes forward, and its seconds are whole and never 0", () => {
    const ms = monotonicMs();
    const seconds = monotonicSeconds();
    assert.ok(monotonicMs() >= ms);
    assert.ok(Number.isInteger(seconds) && seconds >= 1);
    assert.ok(Math.abs(seconds - 1 - Math.floor(ms / 1000)) <= 1);
  });
});

describe("the timing wheel", () => {
  test("fires at the first tick that is not early", () => {
    const { wheel, clock } = wheelAt(1003.5);
    let firedAtMs = 0;
    wheel.schedule(20, { expire: () => (firedAtMs = clock.time) });
    clock.runUntil(1023);
    assert.equal(firedAtMs, 0);
    clock.runUntil(1040);
    assert.ok(firedAtMs >= 1023.5 && firedAtMs <= 1034.5, `fired at ${firedAtMs}`);
  });

  test("a handle runs again after it fired or was cancelled, from the time its caller has read", () => {
    const { wheel, clock } = wheelAt(1000);
    const fired: number[] = [];
    const handle = new TimerHandle({ expire: () => void fired.push(clock.time) });
    clock.time = 1030;
    wheel.start(handle, 50, 1000);
    clock.runUntil(1200);
    wheel.start(handle, 50);
    wheel.cancel(handle);
    wheel.start(handle, 100);
    clock.runUntil(1400);
    assert.deepEqual(fired, [1050, 1300]);
    assert.equal(wheel.size, 0);
  });

  test("keeps deadlines of later rounds in their slots", () => {
    const { wheel, clock } = wheelAt(0);
    const fired: number[] = [];
    for (const delayMs of [1000, 40, 120, 80, 0]) {
      wheel.schedule(delayMs, { expire: () => fired.push(delayMs) });
    }
    clock.runUntil(2000);
    assert.deepEqual(fired, [0, 40, 80, 120, 1000]);
    assert.equal(wheel.size, 0);
  });

  test("fires everything once after a pause of many rounds", () => {
    const { wheel, clock } = wheelAt(0);
    let count = 0;
    for (let i = 0; i < 100; i++) wheel.schedule(i * 7, { expire: () => count++ });
    clock.time = 100_000;
    wheel.advance();
    assert.equal(count, 100);
    wheel.advance();
    assert.equal(count, 100);
  });

  test("what is cancelled does not fire, and cancelling twice is harmless", () => {
    const { wheel, clock } = wheelAt(0);
    let fired = "";
    const a = wheel.schedule(10, { expire: () => (fired += "a") });
    const b = wheel.schedule(10, { expire: () => (fired += "b") });
    wheel.schedule(10, { expire: () => (fired += "c") });
    wheel.cancel(b);
    wheel.cancel(b);
    clock.runUntil(100);
    wheel.cancel(a);
    assert.equal(fired, "ac");
    assert.equal(wheel.size, 0);
  });

  test("a deadline can cancel another of the same tick and schedule a new one", () => {
    const { wheel, clock } = wheelAt(0);
    let fired = "";
    let second: TimerHandle | undefined;
    const third = { expire: () => (fired += "3") };
    const first = (): void => {
      fired += "1";
      wheel.cancel(second!);
      wheel.schedule(0, third);
    };
    wheel.schedule(10, { expire: first });
    second = wheel.schedule(10, { expire: () => (fired += "2") });
    clock.runUntil(100);
    assert.equal(fired, "13");
  });

  test("one that throws does not keep the others from firing", () => {
    const { wheel, clock } = wheelAt(0);
    let fired = 0;
    const fail = (): void => {
      throw new Error("a deadline that fails");
    };
    wheel.schedule(10, { expire: fail });
    wheel.schedule(10, { expire: () => fired++ });
    assert.throws(() => clock.runUntil(50), /a deadline that fails/);
    clock.runUntil(100);
    assert.equal(fired, 1);
  });

  test("sets no alarm without deadlines, and one alarm for many", () => {
    const { wheel, clock } = wheelAt(0);
    assert.equal(clock.alarmAtMs, Infinity);
    const handles = Array.from({ length: 50 }, () => wheel.schedule(50, { expire() {} }));
    assert.equal(clock.alarmsSet, 1);
    assert.equal(clock.alarmAtMs, 50);
    wheel.schedule(20, { expire() {} });
    assert.equal(clock.alarmAtMs, 20);
    clock.runUntil(30);
    for (const handle of handles) wheel.cancel(handle);
    assert.equal(clock.alarmAtMs, Infinity);
  });

  test("agrees with a sorted list over random operations", () => {
    for (let seed = 1; seed <= 20; seed++) runAgainstModel(seed);
  });

  test("the process's own wheel wakes up by itself", async () => {
    const startMs = monotonicMs();
    await new Promise<void>((resolve) => timers.schedule(25, { expire: resolve }));
    assert.ok(monotonicMs() - startMs >= 25);
  });
});

function runAgainstModel(seed: number): void {
  const random = new Random(seed);
  const { wheel, clock } = wheelAt(random.below(1000) + 0.5);
  const waiting = new Map<number, { handle: TimerHandle; dueMs: number }>();
  let nextId = 0;
  for (let step = 0; step < 2000; step++) {
    const choice = random.below(10);
    if (choice < 5) {
      const id = nextId++;
      const dueMs = clock.time + random.below(300);
      const expire = (): void => {
        assert.ok(waiting.delete(id), `seed ${seed}: ${id} fired though it was not waiting`);
        assert.ok(clock.time >= dueMs, `seed ${seed}: ${id} fired early`);
      };
      waiting.set(id, { handle: wheel.schedule(dueMs - clock.time, { expire }), dueMs });
    } else if (choice < 7 && waiting.size > 0) {
      const id = random.pick([...waiting.keys()]);
      wheel.cancel(waiting.get(id)!.handle);
      waiting.delete(id);
    } else {
      clock.runUntil(clock.time + random.below(40) + 0.25);
      for (const [id, { dueMs }] of waiting) {
        assert.ok(dueMs > clock.time - 11, `seed ${seed}: ${id} is late`);
      }
    }
    assert.equal(wheel.size, waiting.size, `seed ${seed}`);
  }
}
