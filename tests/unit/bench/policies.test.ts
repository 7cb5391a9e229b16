// The textbook policies of the hit-rate study, against traces worked out by hand, against models that
// are nothing but lists, and the optimum against every choice there is.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Lru } from "../../../bench/hit-rate/policies/lru.ts";
import { OfflineOptimum } from "../../../bench/hit-rate/policies/offline-optimum.ts";
import type { CacheSize, Policy } from "../../../bench/hit-rate/policies/policy.ts";
import { S3Fifo } from "../../../bench/hit-rate/policies/s3-fifo.ts";
import { Sieve } from "../../../bench/hit-rate/policies/sieve.ts";
import { Slru } from "../../../bench/hit-rate/policies/slru.ts";
import { TextbookSlru } from "../cache/textbook-slru.ts";

const IDS = 60;
const SEED = 20_260_102;

const ONLINE: Readonly<Record<string, new (size: CacheSize) => Policy>> = {
  lru: Lru,
  slru: Slru,
  sieve: Sieve,
  s3fifo: S3Fifo,
};

function entries(capacity: number): CacheSize {
  return { capacity, sizes: new Int32Array(IDS).fill(1) };
}

/** Ids by letter, `a` is 0; one character for each request: x for a hit. */
function hitsOf(policy: Policy, letters: string): string {
  return Array.from(letters, (letter) =>
    policy.request(letter.charCodeAt(0) - 97) ? "x" : ".",
  ).join("");
}

/** Asserts that two policies agree on every request of many short traces. */
function assertSame(make: (capacity: number) => Policy, model: (capacity: number) => Policy): void {
  const trace = fc.array(fc.nat(11), { maxLength: 120 });
  const property = fc.property(fc.integer({ min: 1, max: 9 }), trace, (capacity, ids) => {
    const [policy, expected] = [make(capacity), model(capacity)];
    for (const id of ids) assert.equal(policy.request(id), expected.request(id));
  });
  fc.assert(property, { seed: SEED, numRuns: 300 });
}

class ListLru implements Policy {
  private ids: number[] = [];
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  request(id: number): boolean {
    const isHit = this.ids.includes(id);
    this.ids = [id, ...this.ids.filter((other) => other !== id)].slice(0, this.capacity);
    return isHit;
  }
}

/** Oldest first; the hand is an index. */
class ListSieve implements Policy {
  private readonly queue: { id: number; visited: boolean }[] = [];
  private readonly capacity: number;
  private hand = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  request(id: number): boolean {
    const found = this.queue.find((item) => item.id === id);
    if (found !== undefined) return (found.visited = true);
    if (this.queue.length === this.capacity) {
      for (; this.queue[this.hand % this.capacity]!.visited; this.hand++) {
        this.queue[this.hand % this.capacity]!.visited = false;
      }
      this.hand %= this.capacity;
      this.queue.splice(this.hand, 1);
      // At the end the hand goes back to the oldest, not on to what comes next.
      if (this.hand === this.queue.length) this.hand = 0;
    }
    this.queue.push({ id, visited: false });
    return false;
  }
}

/** The most hits that any choice of what to keep brings. */
function mostHits(trace: readonly number[], capacity: number): number {
  let states = new Map<string, { kept: readonly number[]; hits: number }>();
  states.set("", { kept: [], hits: 0 });
  for (const id of trace) {
    const next: typeof states = new Map();
    for (const { kept, hits } of states.values()) {
      const now = hits + (kept.includes(id) ? 1 : 0);
      const all = kept.includes(id) ? kept : [...kept, id].sort((a, b) => a - b);
      const choices = [kept, all, ...all.map((out) => all.filter((other) => other !== out))];
      for (const choice of choices.filter((ids) => ids.length <= capacity)) {
        const known = next.get(choice.join());
        if (known === undefined || known.hits < now)
          next.set(choice.join(), { kept: choice, hits: now });
      }
    }
    states = next;
  }
  return Math.max(...Array.from(states.values(), ({ hits }) => hits));
}

describe("policies", () => {
  test("LRU and SIEVE part where what was visited comes back late", () => {
    assert.equal(hitsOf(new Lru(entries(3)), "abcadeafgabcdea"), "...x..x..x.....");
    assert.equal(hitsOf(new Sieve(entries(3)), "abcadeafgabcdea"), "...x..x..x....x");
  });

  test("SLRU keeps what was hit once through a scan, and lets go of what was not", () => {
    // Of 5 entries 4 may be protected; a and b are.
    assert.equal(hitsOf(new Slru(entries(5)), "ababcdefghabc"), "..xx......xx.");
    assert.equal(hitsOf(new Lru(entries(5)), "ababcdefghabc"), "..xx.........");
  });

  test("S3-FIFO: twice hit goes to the main queue, what comes again as a ghost does too", () => {
    // Of 10 entries 1 is the small queue's once the cache is full. a is hit twice, b comes as a ghost.
    const policy = new S3Fifo(entries(10));
    assert.equal(hitsOf(policy, "abcdefghijaaklba"), "..........xx...x");
    for (let id = 20; id < 50; id++) assert.ok(!policy.request(id));
    assert.equal(hitsOf(policy, "abc"), "xx.", "the scan left the main queue alone");
  });

  test("S3-FIFO: a name hit only once in the small queue is a ghost, not in the main queue", () => {
    assert.equal(hitsOf(new S3Fifo(entries(10)), "abcdefghijaka"), "..........x..");
  });

  test("LRU does as a list does", () => {
    assertSame(
      (capacity) => new Lru(entries(capacity)),
      (capacity) => new ListLru(capacity),
    );
  });

  test("SLRU does as two sets do", () => {
    assertSame(
      (capacity) => new Slru(entries(capacity)),
      (capacity) => new TextbookSlru(capacity),
    );
  });

  test("SIEVE does as a list with a hand does", () => {
    assertSame(
      (capacity) => new Sieve(entries(capacity)),
      (capacity) => new ListSieve(capacity),
    );
  });

  test("the optimum has as many hits as the best of all choices", () => {
    const trace = fc.array(fc.nat(5), { maxLength: 14 });
    const property = fc.property(fc.integer({ min: 1, max: 4 }), trace, (capacity, ids) => {
      const policy = new OfflineOptimum(entries(capacity), Int32Array.from(ids));
      const hits = ids.filter((id) => policy.request(id)).length;
      assert.equal(hits, mostHits(ids, capacity));
    });
    fc.assert(property, { seed: SEED, numRuns: 200 });
  });

  for (const [name, OnlinePolicy] of Object.entries(ONLINE)) {
    test(`${name} has no more hits than the optimum, and some`, () => {
      const ids = fc.array(fc.nat(30), { minLength: 200, maxLength: 400 });
      const property = fc.property(fc.integer({ min: 10, max: 20 }), ids, (capacity, trace) => {
        const optimum = new OfflineOptimum(entries(capacity), Int32Array.from(trace));
        const policy = new OnlinePolicy(entries(capacity));
        const hits = trace.filter((id) => policy.request(id)).length;
        assert.ok(hits > 0 && hits <= trace.filter((id) => optimum.request(id)).length);
      });
      fc.assert(property, { seed: SEED, numRuns: 50 });
    });

    test(`${name} counts sizes: what is larger than the cache is never kept`, () => {
      const sizes = new Int32Array(IDS).fill(3);
      sizes[0] = 11;
      const policy = new OnlinePolicy({ capacity: 10, sizes });
      assert.equal(hitsOf(policy, "aa"), "..");
      assert.equal(hitsOf(policy, "bcdbcd"), "...xxx", "three of 3 fit");
    });
  }
});
