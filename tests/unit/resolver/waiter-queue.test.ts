import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Queued, WaiterQueue } from "../../../src/resolver/waiter-queue.ts";
import { Random, SEED } from "../../fuzz/random.ts";

class Item implements Queued<Item> {
  queue: WaiterQueue<Item> | undefined;
  previous: Item | undefined;
  next: Item | undefined;
}

describe("a queue of those who wait", () => {
  test("gives them in the order they came, without those that left", () => {
    const random = new Random(SEED);
    for (let round = 0; round < 200; round++) {
      const queue = new WaiterQueue<Item>();
      let model: Item[] = [];
      for (let step = 0; step < 40; step++) {
        const leaves = model.length > 0 && random.below(3) === 0;
        const item = leaves ? model[random.below(model.length)]! : new Item();
        if (leaves) {
          queue.remove(item);
          model = model.filter((each) => each !== item);
        } else {
          queue.add(item);
          model.push(item);
        }
        assert.equal(item.queue, leaves ? undefined : queue);
        assert.equal(queue.count, model.length, `seed ${SEED}, round ${round}`);
      }
      const taken = Array.from(model, () => queue.take());
      assert.ok(
        taken.every((item, i) => item === model[i]),
        `seed ${SEED}, round ${round}`,
      );
      assert.equal(queue.take(), undefined);
    }
  });
});
