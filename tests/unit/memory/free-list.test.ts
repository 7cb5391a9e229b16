import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FreeList } from "../../../src/memory/free-list.ts";

describe("a free list", () => {
  test("makes one when none is idle, and uses again what was given back", () => {
    let made = 0;
    const list = new FreeList(() => ({ number: ++made }));
    const [first, second] = [list.take(), list.take()];
    assert.deepEqual([first.number, second.number], [1, 2]);
    list.give(first);
    assert.equal(list.take(), first);
    assert.equal(list.take().number, 3);
  });

  test("keeps a bounded number of idle ones", () => {
    let made = 0;
    const list = new FreeList(() => ({ number: ++made }));
    const taken = Array.from({ length: 5000 }, () => list.take());
    for (const item of taken) list.give(item);
    for (let i = 0; i < 5000; i++) list.take();
    assert.equal(made, 10_000 - 2048);
  });
});
