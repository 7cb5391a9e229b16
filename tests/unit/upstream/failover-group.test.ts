// The group's order, patience and probes, with members whose every answer the test decides.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { monotonicMs } from "../../../src/clock/monotonic.ts";
import { TimingWheel, type WheelClock } from "../../../src/clock/timing-wheel.ts";
import {
  type Asker,
  type Judge,
  type Upstream,
  UpstreamError,
} from "../../../src/upstream/contract.ts";
import { FailoverGroup } from "../../../src/upstream/failover-group.ts";
import { assertFault } from "../../faults/asking.ts";

/** The clock is the real one; the wheel moves only when the test says so. */
class StoppedClock implements WheelClock {
  time = 0;
  nowMs(): number {
    return this.time;
  }
  setAlarm(): void {}
  clearAlarm(): void {}
}

interface Asked {
  readonly timeoutMs: number;
  readonly askedMs: number;
  readonly asker: Asker;
}

class ScriptedMember implements Upstream {
  readonly url: string;
  readonly authenticated: boolean;
  readonly asked: Asked[] = [];
  closed = false;

  constructor(name: string, authenticated = true) {
    this.url = `tls://${name}`;
    this.authenticated = authenticated;
  }

  ask(_query: Uint8Array, timeoutMs: number, asker: Asker): void {
    this.asked.push({ timeoutMs, askedMs: performance.now(), asker });
  }

  close(): void {
    this.closed = true;
  }

  get count(): number {
    return this.asked.length;
  }

  answerLast(text: string): Promise<void> {
    const { asker, askedMs } = this.asked.at(-1)!;
    asker.responded(new TextEncoder().encode(text), performance.now() - askedMs);
    return settled();
  }

  failLast(): Promise<void> {
    this.asked.at(-1)!.asker.failed(new UpstreamError("closed", `${this.url} is gone`));
    return settled();
  }
}

/** Accepts what begins with "good". */
class TextJudge implements Judge {
  readonly seen: string[] = [];
  readonly end: PromiseWithResolvers<void> = Promise.withResolvers();

  accepts(response: Uint8Array): boolean {
    const text = new TextDecoder().decode(response);
    this.seen.push(text);
    return text.startsWith("good");
  }

  ended(error: UpstreamError | undefined): void {
    if (error === undefined) this.end.resolve();
    else this.end.reject(error);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

class Setup {
  readonly clock: StoppedClock = new StoppedClock();
  readonly wheel: TimingWheel;
  readonly members: ScriptedMember[];
  readonly group: FailoverGroup;

  constructor(count: number) {
    this.wheel = new TimingWheel({ tickMs: 10, slotCount: 64, clock: this.clock });
    this.members = Array.from({ length: count }, (_, i) => new ScriptedMember(String(i)));
    this.group = new FailoverGroup(this.members, this.wheel);
  }

  ask(): { judge: TextJudge; done: Promise<void> } {
    const judge = new TextJudge();
    this.group.ask(new Uint8Array(12), 5000, judge, monotonicMs());
    const done = judge.end.promise;
    done.catch(() => {});
    return { judge, done };
  }

  async pass(ms: number): Promise<void> {
    this.clock.time += ms;
    this.wheel.advance();
    await settled();
  }

  get counts(): number[] {
    return this.members.map(({ count }) => count);
  }
}

/** Lets the first member fail until it is ailing. */
async function makeFirstAil(setup: Setup): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const { done } = setup.ask();
    await setup.members[0]!.failLast();
    await setup.members[1]!.answerLast("good");
    await done;
  }
}

describe("a failover group", () => {
  test("one good answer of the first member is all it takes", async () => {
    const setup = new Setup(3);
    const { judge, done } = setup.ask();
    await setup.members[0]!.answerLast("good 0");
    await done;
    await setup.pass(5000);
    assert.deepEqual(setup.counts, [1, 0, 0]);
    assert.deepEqual(judge.seen, ["good 0"]);
    assert.equal(setup.wheel.size, 0, "no timer is left");
  });

  test("a failure is followed by the next member at once, and the last failure is told", async () => {
    const setup = new Setup(3);
    const { done } = setup.ask();
    await setup.members[0]!.failLast();
    assert.deepEqual(setup.counts, [1, 1, 0]);
    await setup.members[1]!.failLast();
    await setup.members[2]!.failLast();
    assert.match(await assertFault(done, "closed"), /tls:\/\/2/);
    assert.equal(setup.wheel.size, 0);
  });

  test("an answer that the judge does not accept is followed by the next member", async () => {
    const setup = new Setup(2);
    const { judge, done } = setup.ask();
    await setup.members[0]!.answerLast("bad 0");
    await setup.members[1]!.answerLast("bad 1");
    await assertFault(done, "malformed");
    assert.deepEqual(judge.seen, ["bad 0", "bad 1"]);
  });

  test("such an answer is a sign of life: the member stays where it is", async () => {
    const setup = new Setup(2);
    for (let i = 0; i < 5; i++) {
      const { done } = setup.ask();
      await setup.members[0]!.answerLast("bad");
      await setup.members[1]!.answerLast("good");
      await done;
    }
    assert.deepEqual(setup.counts, [5, 5]);
  });

  test("our own shortage is not held against a member", async () => {
    const setup = new Setup(2);
    for (let i = 0; i < 5; i++) {
      const { done } = setup.ask();
      setup.members[0]!.asked.at(-1)!.asker.failed(new UpstreamError("overload", "no IDs left"));
      await settled();
      await setup.members[1]!.answerLast("good");
      await done;
    }
    assert.deepEqual(setup.counts, [5, 5]);
  });

  test("is patient for a while, then asks the next as well; the first good answer wins", async () => {
    for (const winner of [0, 1]) {
      const setup = new Setup(2);
      const { judge, done } = setup.ask();
      await setup.pass(390);
      assert.deepEqual(setup.counts, [1, 0]);
      await setup.pass(30);
      assert.deepEqual(setup.counts, [1, 1]);
      await setup.members[winner]!.answerLast(`good ${winner}`);
      await done;
      await setup.members[1 - winner]!.answerLast("good but late");
      assert.deepEqual(judge.seen, [`good ${winner}`]);
    }
  });

  test("is less patient with a member that is known to be fast", async () => {
    const setup = new Setup(2);
    const first = setup.ask();
    await setup.members[0]!.answerLast("good");
    await first.done;
    setup.ask();
    await setup.pass(190);
    assert.deepEqual(setup.counts, [2, 0]);
    await setup.pass(30);
    assert.deepEqual(setup.counts, [2, 1]);
  });

  test("never asks more than three members", async () => {
    const setup = new Setup(5);
    const { done } = setup.ask();
    for (let i = 0; i < 3; i++) await setup.members[i]!.failLast();
    await assertFault(done, "closed");
    assert.deepEqual(setup.counts, [1, 1, 1, 0, 0]);
  });

  test("waits for a member that may still answer when the last has failed", async () => {
    const setup = new Setup(2);
    const { judge, done } = setup.ask();
    await setup.pass(500);
    await setup.members[1]!.failLast();
    await setup.members[0]!.answerLast("good 0");
    await done;
    assert.deepEqual(judge.seen, ["good 0"]);
  });

  test("gives each member what is left of the time", async () => {
    const setup = new Setup(2);
    setup.ask();
    await setup.members[0]!.failLast();
    assert.ok(setup.members[0]!.asked[0]!.timeoutMs <= 5000);
    assert.ok(setup.members[1]!.asked[0]!.timeoutMs > 4000);
  });

  test("a member that failed three times in a row is asked last", async () => {
    const setup = new Setup(2);
    await makeFirstAil(setup);
    const before = setup.members[0]!.count;
    const { done } = setup.ask();
    assert.equal(setup.members[0]!.count, before);
    await setup.members[1]!.failLast();
    assert.equal(setup.members[0]!.count, before + 1, "but it is asked");
    await setup.members[0]!.answerLast("good");
    await done;
  });

  test("two failures and an answer in between are forgiven", async () => {
    const setup = new Setup(2);
    for (const ok of [false, false, true, false, false]) {
      const { done } = setup.ask();
      if (ok) await setup.members[0]!.answerLast("good");
      else await setup.members[0]!.failLast();
      if (!ok) await setup.members[1]!.answerLast("good");
      await done;
    }
    setup.ask();
    assert.equal(setup.members[0]!.count, 6, "still first");
  });

  test("an ailing member is tried on the side; its answer is as good as any", async () => {
    const setup = new Setup(2);
    await makeFirstAil(setup);
    const [first, second] = setup.counts as [number, number];
    await delay(1050);
    const { judge, done } = setup.ask();
    assert.deepEqual(setup.counts, [first + 1, second + 1]);
    await setup.members[0]!.answerLast("good again");
    await done;
    assert.deepEqual(judge.seen, ["good again"]);
    setup.ask();
    assert.deepEqual(setup.counts, [first + 2, second + 1], "first again");
  });

  test("when a try on the side fails nothing else happens", async () => {
    const setup = new Setup(3);
    await makeFirstAil(setup);
    await delay(1050);
    const before = setup.counts;
    const { done } = setup.ask();
    await setup.members[0]!.failLast();
    assert.deepEqual(setup.counts, [before[0]! + 1, before[1]! + 1, before[2]]);
    await setup.members[1]!.answerLast("good");
    await done;
  });

  test("who was asked on the side once is asked in turn the next time", async () => {
    const setup = new Setup(3);
    await makeFirstAil(setup);
    await delay(1050);
    const aside = setup.ask();
    await setup.members[0]!.failLast();
    await setup.members[1]!.answerLast("good");
    await aside.done;
    const [first, second, third] = setup.counts as [number, number, number];
    const { done } = setup.ask();
    await setup.members[1]!.failLast();
    await setup.members[2]!.failLast();
    assert.deepEqual(setup.counts, [first + 1, second + 1, third + 1]);
    await setup.members[0]!.failLast();
    await assertFault(done, "closed");
  });

  test("who was asked is used again for another question once all were heard", async () => {
    const setup = new Setup(2);
    const [one, two] = setup.members as [ScriptedMember, ScriptedMember];
    const late = setup.ask();
    await setup.pass(1000);
    await two.answerLast("good");
    await late.done;
    setup.ask();
    one.asked[0]!.asker.responded(new Uint8Array(0), 1000);
    setup.ask();
    await setup.pass(1000);
    const [lateOne, whileLate, after] = one.asked.map(({ asker }) => asker);
    assert.notEqual(whileLate, lateOne, "the first member has not been heard");
    assert.equal(after, lateOne);
    assert.ok(two.asked.slice(1).some(({ asker }) => asker === two.asked[0]!.asker));
  });

  test("a good answer makes it first again", async () => {
    const setup = new Setup(2);
    await makeFirstAil(setup);
    const { done } = setup.ask();
    await setup.members[1]!.failLast();
    await setup.members[0]!.answerLast("good");
    await done;
    const [first, second] = setup.counts as [number, number];
    setup.ask();
    assert.deepEqual(setup.counts, [first + 1, second]);
  });

  test("is authenticated when every member is", () => {
    const wheel = new Setup(1).wheel;
    const both = [new ScriptedMember("a"), new ScriptedMember("b", false)];
    assert.equal(new FailoverGroup(both, wheel).authenticated, false);
    assert.equal(new FailoverGroup([both[0]!], wheel).authenticated, true);
  });

  test("close() closes every member", () => {
    const setup = new Setup(3);
    setup.group.close();
    assert.deepEqual(
      setup.members.map(({ closed }) => closed),
      [true, true, true],
    );
  });
});
