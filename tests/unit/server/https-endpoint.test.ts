// The steps of a change of certificate, with listeners and ports that only take notes: what fails,
// what comes in quick succession, and platforms that can't steer.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TimingWheel } from "../../../src/clock/timing-wheel.ts";
import { HermodError } from "../../../src/errors.ts";
import type { Endpoint, HttpListener } from "../../../src/runtime/contract.ts";
import type { PortKind, SharedPort } from "../../../src/runtime/shared-port.ts";
import { FORMER_LIFETIME_MS, HttpsEndpoint } from "../../../src/server/https-endpoint.ts";
import { LeapingClock } from "../../leaping-clock.ts";

const LOCAL: Endpoint = { host: "127.0.0.1", port: 443 };
/** A listener for it can't be had. */
const NONE = "none";

class Scene {
  readonly notes: string[] = [];
  readonly clock: LeapingClock = new LeapingClock();
  readonly timers: TimingWheel;
  readonly endpoint: HttpsEndpoint<string>;
  /** Those whose QUIC connections go on. */
  readonly busy: Set<unknown> = new Set();
  private readonly isSteered: boolean;

  constructor(isSteered: boolean) {
    this.isSteered = isSteered;
    const { clock } = this;
    this.timers = new TimingWheel({ tickMs: 10, slotCount: 64, clock });
    const serve = (_: Endpoint, name: string): HttpListener => this.listener(name);
    const openSharedPort = (_: Endpoint, kind: PortKind): SharedPort => this.port(kind);
    const parts = { serve, openSharedPort, timers: this.timers };
    this.endpoint = new HttpsEndpoint<string>(parts, LOCAL, "a");
    this.taken();
  }

  /** What happened since the last time. */
  taken(): string[] {
    return this.notes.splice(0);
  }

  change(name: string): void {
    this.endpoint.prepare(name);
    this.endpoint.commit();
  }

  private listener(name: string): HttpListener {
    if (name === NONE) throw new HermodError("BIND_FAILED", "A listener can't be had.");
    const note = (what: string): void => void this.notes.push(`${name} ${what}`);
    const listener = {
      local: LOCAL,
      name,
      retire: () => note("retires"),
      stop: () => {
        note("stops");
        return Promise.resolve();
      },
      closeAll: () => note("is closed"),
    };
    return listener;
  }

  private port(kind: PortKind): SharedPort {
    const nameOf = (listener: object): string => (listener as { name: string }).name;
    return {
      joined() {},
      left() {},
      has: (listener) => this.isSteered && this.busy.has(nameOf(listener)),
      steer: (fresh, known = fresh) => {
        const both = fresh === known ? nameOf(fresh) : `${nameOf(fresh)}, ${nameOf(known)}`;
        this.notes.push(`${kind} to ${both}`);
        return this.isSteered;
      },
    };
  }
}

describe("a change of certificate at an endpoint", () => {
  test("leaves the former its clients for long, and QUIC until then", () => {
    const scene = new Scene(true);
    scene.change("b");
    assert.deepEqual(scene.taken(), ["tcp to b", "a retires"]);
    scene.clock.leap(FORMER_LIFETIME_MS - 1000);
    assert.deepEqual(scene.taken(), []);
    scene.busy.add("a");
    scene.clock.leap(1100);
    assert.deepEqual(scene.taken(), ["udp to b, a", "a stops"]);
    scene.clock.leap(100);
    assert.deepEqual(scene.taken(), []);
    scene.busy.delete("a");
    scene.clock.leap(100);
    assert.deepEqual(scene.taken(), ["udp to b"]);
    assert.equal(scene.timers.size, 0);
  });

  test("waits for QUIC connections, but not for ever", () => {
    const scene = new Scene(true);
    scene.change("b");
    scene.busy.add("a");
    for (let i = 0; i < 1000 && scene.timers.size > 0; i++) scene.clock.leap(FORMER_LIFETIME_MS);
    assert.equal(scene.timers.size, 0);
    assert.equal(scene.taken().at(-1), "udp to b");
  });

  test("in quick succession: each leaves in its time, QUIC goes to the last", () => {
    const scene = new Scene(true);
    scene.change("b");
    scene.clock.leap(5000);
    scene.change("c");
    assert.deepEqual(scene.taken(), ["tcp to b", "a retires", "tcp to c", "b retires"]);
    scene.clock.leap(FORMER_LIFETIME_MS - 4000);
    assert.deepEqual(scene.taken(), ["udp to c, a", "a stops", "udp to c"]);
    scene.clock.leap(5000);
    assert.deepEqual(scene.taken(), ["b stops"]);
  });

  test("is soon over where connections can't be steered", () => {
    const scene = new Scene(false);
    scene.change("b");
    assert.deepEqual(scene.taken(), ["tcp to b", "a retires"]);
    scene.clock.leap(200);
    assert.ok(scene.taken().includes("a stops"));
  });

  test("changes nothing when the second listener can't be had, or another part fails", () => {
    const scene = new Scene(true);
    assert.throws(() => scene.endpoint.prepare(NONE), { code: "BIND_FAILED" });
    scene.endpoint.cancel();
    assert.deepEqual(scene.taken(), []);
    scene.endpoint.prepare("b");
    scene.endpoint.cancel();
    scene.endpoint.cancel();
    assert.deepEqual(scene.taken(), ["b is closed"]);
    scene.change("c");
    assert.deepEqual(scene.taken(), ["tcp to c", "a retires"]);
  });

  test("stops while QUIC is handed over", () => {
    const scene = new Scene(true);
    scene.change("b");
    scene.busy.add("a");
    scene.clock.leap(FORMER_LIFETIME_MS + 100);
    scene.endpoint.stop();
    assert.equal(scene.timers.size, 0);
  });

  test("stops all listeners when the process stops", async () => {
    const scene = new Scene(true);
    scene.change("b");
    scene.change("c");
    scene.taken();
    scene.endpoint.stop();
    assert.deepEqual(scene.taken(), ["a stops", "b stops", "c stops"]);
    assert.equal(scene.timers.size, 0);
    await scene.endpoint.finished();
    scene.endpoint.closeAll();
    assert.deepEqual(scene.taken(), []);
  });
});
