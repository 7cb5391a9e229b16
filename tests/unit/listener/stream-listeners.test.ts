// How listeners of streams take over their ports: what fails, what comes in quick succession, pauses.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TimingWheel } from "../../../src/clock/timing-wheel.ts";
import { StreamListeners } from "../../../src/listener/stream-listeners.ts";
import type { SharedPort } from "../../../src/runtime/shared-port.ts";
import { LeapingClock } from "../../leaping-clock.ts";

const [FIRST, SECOND] = [
  { host: "127.0.0.1", port: 853 },
  { host: "::1", port: 853 },
];

class Scene {
  readonly notes: string[] = [];
  readonly clock: LeapingClock = new LeapingClock();
  readonly timers: TimingWheel;
  readonly listeners: StreamListeners;
  /** Where nothing can be opened. */
  refused = "";
  private count = 0;

  constructor(isSteered: boolean) {
    const { clock } = this;
    this.timers = new TimingWheel({ tickMs: 10, slotCount: 64, clock });
    this.listeners = new StreamListeners({
      open: (local) => {
        if (local.host === this.refused) throw new Error("refused");
        const name = `${local.host}#${++this.count}`;
        const listener = { local, name, stop: () => this.notes.push(`${name} stops`) };
        return listener;
      },
      timers: this.timers,
      openSharedPort: () => this.port(isSteered),
    });
    this.listeners.add(FIRST!);
    this.listeners.add(SECOND!);
    this.taken();
  }

  taken(): string[] {
    return this.notes.splice(0);
  }

  private port(isSteered: boolean): SharedPort {
    return {
      joined() {},
      left() {},
      has: () => false,
      steer: (listener) => {
        this.notes.push(`to ${(listener as { name: string }).name}`);
        return isSteered;
      },
    };
  }
}

describe("the listeners of a transport", () => {
  test("take over at once, and the former ones go in their time", () => {
    const scene = new Scene(true);
    scene.listeners.openAll();
    assert.deepEqual(scene.taken(), ["to 127.0.0.1#3", "to ::1#4"]);
    scene.clock.leap(5000);
    scene.listeners.openAll();
    assert.deepEqual(scene.taken(), ["to 127.0.0.1#5", "to ::1#6"]);
    scene.clock.leap(5100);
    assert.deepEqual(scene.taken(), ["127.0.0.1#1 stops", "::1#2 stops"]);
    scene.clock.leap(5100);
    assert.deepEqual(scene.taken(), ["127.0.0.1#3 stops", "::1#4 stops"]);
    assert.equal(scene.timers.size, 0);
  });

  test("go soon where connections can't be steered", () => {
    const scene = new Scene(false);
    scene.listeners.openAll();
    scene.clock.leap(200);
    assert.deepEqual(scene.taken().slice(2), ["127.0.0.1#1 stops", "::1#2 stops"]);
  });

  test("stay as they are when one can't be opened", () => {
    const scene = new Scene(true);
    scene.refused = SECOND!.host;
    assert.throws(() => scene.listeners.openAll(), /refused/);
    assert.deepEqual(scene.taken(), ["127.0.0.1#3 stops"]);
    assert.equal(scene.timers.size, 0);
    assert.equal(scene.listeners.isOpen, true);
  });

  test("close all, those on their way out as well, and open again", () => {
    const scene = new Scene(true);
    scene.listeners.openAll();
    scene.taken();
    scene.listeners.closeAll();
    assert.equal(scene.taken().length, 4);
    assert.equal(scene.timers.size, 0);
    assert.equal(scene.listeners.isOpen, false);
    scene.listeners.closeAll();
    assert.deepEqual(scene.taken(), []);
    scene.listeners.openAll();
    assert.deepEqual(scene.taken(), ["to 127.0.0.1#5", "to ::1#6"]);
    assert.equal(scene.timers.size, 0);
  });
});
