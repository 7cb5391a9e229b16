import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemberHealth } from "../../../src/upstream/member-health.ts";

function ailing(nowMs: number): MemberHealth {
  const health = new MemberHealth();
  assert.deepEqual(
    [health.failed(nowMs), health.failed(nowMs), health.failed(nowMs)],
    [false, false, true],
  );
  return health;
}

describe("a member's health", () => {
  test("three failures in a row make it ail, one answer makes it well", () => {
    const health = ailing(0);
    assert.equal(health.isAiling, true);
    assert.equal(health.failed(0), false, "told once");
    assert.equal(health.succeeded(5), true);
    assert.equal(health.isAiling, false);
    assert.equal(health.succeeded(5), false);
  });

  test("it is tried less and less often, at least every half minute", () => {
    const health = ailing(0);
    const tries: number[] = [];
    for (let nowMs = 0; nowMs <= 200_000; nowMs += 10)
      if (health.takeProbe(nowMs)) tries.push(nowMs);
    assert.deepEqual(tries.slice(0, 5), [1000, 3000, 7000, 15_000, 31_000]);
    assert.equal(tries[6]! - tries[5]!, 30_000);
    assert.equal(tries[7]! - tries[6]!, 30_000);
  });

  test("a member that is well is not tried on the side", () => {
    assert.equal(new MemberHealth().takeProbe(1e9), false);
    const health = ailing(0);
    health.succeeded(1);
    assert.equal(health.takeProbe(1e9), false);
  });

  test("patience follows the latency, within bounds", () => {
    const health = new MemberHealth();
    assert.equal(health.patienceMs, 400);
    health.succeeded(1);
    assert.equal(health.patienceMs, 200);
    const slow = new MemberHealth();
    slow.succeeded(100);
    assert.equal(slow.patienceMs, 400);
    for (let i = 0; i < 100; i++) slow.succeeded(5000);
    assert.equal(slow.patienceMs, 1000);
    for (let i = 0; i < 100; i++) slow.succeeded(60);
    assert.ok(Math.abs(slow.patienceMs - 240) < 1, String(slow.patienceMs));
  });
});
