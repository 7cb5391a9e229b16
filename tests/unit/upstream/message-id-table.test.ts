import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageIdTable, REST_MS } from "../../../src/upstream/message-id-table.ts";
import { Random } from "../../fuzz/random.ts";

function takeAll(ids: MessageIdTable, nowMs: number): number[] {
  const taken: number[] = [];
  for (let id = ids.take(nowMs); id >= 0; id = ids.take(nowMs)) taken.push(id);
  return taken;
}

describe("the table of message IDs", () => {
  test("gives out every ID once, then none", () => {
    const ids = new MessageIdTable(8);
    assert.deepEqual(takeAll(ids, 0), [0, 1, 2, 3, 4, 5, 6, 7]);
    ids.release(3);
    ids.release(1);
    assert.deepEqual(takeAll(ids, 0), [3, 1]);
  });

  test("gives out first what has been free longest", () => {
    const ids = new MessageIdTable(4);
    const first = ids.take(0);
    ids.release(first);
    assert.deepEqual(takeAll(ids, 0), [1, 2, 3, first]);
  });

  test("an ID whose response is late rests for ten seconds", () => {
    const ids = new MessageIdTable(2);
    takeAll(ids, 0);
    ids.rest(0, 1000);
    ids.rest(1, 2000);
    assert.equal(ids.isResting(0), true);
    assert.equal(ids.take(1000 + REST_MS - 1), -1);
    assert.equal(ids.take(1000 + REST_MS), 0);
    assert.equal(ids.isResting(0), false);
    assert.equal(ids.take(1000 + REST_MS), -1);
    assert.equal(ids.take(2000 + REST_MS), 1);
  });

  test("its late response ends the rest", () => {
    const ids = new MessageIdTable(3);
    takeAll(ids, 0);
    for (const id of [0, 1, 2]) ids.rest(id, 0);
    ids.wake(1);
    assert.deepEqual(
      [0, 1, 2].map((id) => ids.isResting(id)),
      [true, false, true],
    );
    assert.deepEqual(takeAll(ids, 1), [1]);
  });

  test("agrees with a plain model over random operations", () => {
    for (let seed = 1; seed <= 10; seed++) runAgainstModel(seed);
  });
});

function runAgainstModel(seed: number): void {
  const random = new Random(seed);
  const capacity = 16;
  const ids = new MessageIdTable(capacity);
  const inFlight = new Set<number>();
  const restsUntil = new Map<number, number>();
  let nowMs = 0;
  for (let step = 0; step < 3000; step++) {
    nowMs += random.below(500);
    const choice = random.below(10);
    if (choice < 5) {
      const id = ids.take(nowMs);
      const rested = [...restsUntil].filter(([, endMs]) => endMs <= nowMs).map(([rest]) => rest);
      if (id < 0) {
        assert.equal(inFlight.size + restsUntil.size, capacity, `seed ${seed}`);
        assert.equal(rested.length, 0, `seed ${seed}: ${rested} have rested enough`);
        continue;
      }
      assert.ok(!inFlight.has(id), `seed ${seed}: ${id} is in flight`);
      assert.ok((restsUntil.get(id) ?? 0) <= nowMs, `seed ${seed}: ${id} rests`);
      for (const rest of rested) if (!ids.isResting(rest)) restsUntil.delete(rest);
      inFlight.add(id);
    } else if (choice < 9 && inFlight.size > 0) {
      const id = random.pick([...inFlight]);
      inFlight.delete(id);
      if (choice < 7) ids.release(id);
      else {
        ids.rest(id, nowMs);
        restsUntil.set(id, nowMs + REST_MS);
      }
    } else if (restsUntil.size > 0) {
      const id = random.pick([...restsUntil.keys()]);
      ids.wake(id);
      restsUntil.delete(id);
    }
    for (let id = 0; id < capacity; id++) {
      assert.equal(ids.isResting(id), restsUntil.has(id), `seed ${seed}: ${id}`);
    }
  }
}
