// What takes from rings: everything there is, from rings that come later as well, until it is closed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RingTaker, type TakenRing } from "../../../src/listener/ring-taker.ts";
import { DOORBELL_BYTES, ringDoorbell } from "../../../src/memory/doorbell.ts";
import { eventually } from "../../contract/runtime/recorded-stream.ts";

const timeout = 20_000;
/** More than is taken before the event loop gets a turn. */
const MANY = 10_000;

class CountedRing implements TakenRing {
  left: number;
  /** The most that was taken at once. */
  most = 0;

  constructor(left: number) {
    this.left = left;
  }

  get isEmpty(): boolean {
    return this.left === 0;
  }

  take(limit: number): void {
    const taken = Math.min(limit, this.left);
    this.left -= taken;
    this.most = Math.max(this.most, taken);
  }
}

describe("what takes from rings", () => {
  test("takes all, with a turn for the event loop in between", { timeout }, async () => {
    const doorbell = new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES));
    const rings = [new CountedRing(MANY), new CountedRing(3)];
    const taker = new RingTaker(doorbell, () => rings);
    const over = taker.run();
    assert.ok(rings[0]!.left > 0, "all at once");
    let leftAtTurn = 0;
    setImmediate(() => (leftAtTurn = rings[0]!.left));
    await eventually(() => rings.every(({ isEmpty }) => isEmpty), "the first records");
    assert.ok(rings[0]!.most < MANY);
    assert.ok(leftAtTurn > 0, "the event loop got no turn before all was taken");
    rings[1] = new CountedRing(5);
    ringDoorbell(doorbell);
    await eventually(() => rings[1]!.isEmpty, "those of a ring that came later");
    taker.close();
    await over;
  });

  test("takes nothing more once it is closed", { timeout }, async () => {
    const doorbell = new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES));
    const ring = new CountedRing(MANY);
    const taker = new RingTaker(doorbell, () => [ring]);
    const over = taker.run();
    const { left } = ring;
    taker.close();
    await over;
    assert.ok(left > 0);
    assert.equal(ring.left, left);
  });
});
