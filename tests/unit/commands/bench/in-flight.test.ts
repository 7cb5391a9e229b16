// The table of queries in flight against a map that does the same.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InFlight } from "../../../../src/commands/bench/in-flight.ts";
import { Random } from "../../../fuzz/random.ts";

const SEED = 20_261_121;

describe("the queries in flight", () => {
  test("are found by their IDs, and by nothing else", () => {
    const random = new Random(SEED);
    for (const capacity of [4, 64, 1024]) {
      const table = new InFlight(capacity, random.below(0x10000));
      const model = new Map<number, { pick: number; sentMs: number }>();
      for (let now = 0; now < 20_000; now++) {
        if (random.oneIn(2) && !table.isFull) {
          const pick = random.below(1 << 30);
          const id = table.add(pick, now - 0.5, now, now & 63);
          assert.ok(!model.has(id), `ID ${id} twice, seed ${SEED}`);
          model.set(id, { pick, sentMs: now });
        } else if (model.size > 0) {
          const [id, { pick, sentMs }] = [...model][random.below(model.size)]!;
          const slot = table.find(id);
          assert.equal(table.pick(slot), pick, `seed ${SEED}`);
          assert.equal(table.intended(slot), sentMs - 0.5);
          assert.equal(table.step(slot), sentMs & 63);
          table.remove(slot);
          model.delete(id);
          assert.equal(table.find(id), -1);
        }
        const foreign = random.below(0x10000);
        assert.equal(table.find(foreign) >= 0, model.has(foreign), `seed ${SEED}`);
        assert.equal(table.count, model.size);
      }
    }
  });

  test("can be as many as there are IDs, each ID once", () => {
    const table = new InFlight(0x10000, 4242);
    const ids = new Set<number>();
    while (!table.isFull) ids.add(table.add(1, 0, 0, 0));
    assert.equal(ids.size, 0x10000);
    assert.equal(table.count, 0x10000);
    assert.ok([...ids].every((id) => table.find(id) >= 0));
  });

  test("have IDs of which a neighbour is another's of long ago", () => {
    const table = new InFlight(0x10000, 7);
    const ids = Array.from({ length: 100 }, (_, i) => table.add(i, 0, 0, 0));
    assert.ok(ids.every((id) => !ids.includes((id + 1) & 0xffff)));
  });

  test("come up by age, and not before their time", () => {
    const table = new InFlight(8, 0);
    const ids = [10, 20, 30].map((sentMs) => table.add(sentMs, sentMs, sentMs, 0));
    assert.equal(table.oldest(10), -1);
    table.remove(table.find(ids[0]!));
    assert.equal(table.pick(table.oldest(100)), 20);
    assert.equal(table.oldest(20), -1);
    table.remove(table.oldest(100));
    table.remove(table.oldest(100));
    assert.equal(table.oldest(Infinity), -1);
  });

  test("come up by age even when nobody has looked for a long time", () => {
    const table = new InFlight(8, 0);
    for (let now = 0; now < 100; now++) table.remove(table.find(table.add(now, now, now, 0)));
    for (let now = 100; now < 105; now++) table.add(now, now, now, 0);
    assert.equal(table.pick(table.oldest(Infinity)), 100);
  });
});
