// How many connections there may be: who is told to leave off and when, and what other threads read.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { clientOf, ConnectionLimit } from "../../../src/listener/connection-limit.ts";

class Recorder {
  readonly events: string[] = [];

  pause(): void {
    this.events.push("pause");
  }

  resume(): void {
    this.events.push("resume");
  }
}

function limited(limit: number, cell?: Int32Array): { limit: ConnectionLimit; heard: Recorder[] } {
  const made = new ConnectionLimit(limit, 2, cell);
  const heard = [new Recorder(), new Recorder()];
  for (const each of heard) made.add(each);
  return { limit: made, heard };
}

function times(count: number, act: () => void): void {
  for (let i = 0; i < count; i++) act();
}

describe("the number of connections", () => {
  test("lies where other threads can read it", () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const { limit } = limited(10, cell);
    times(7, () => limit.opened());
    times(3, () => limit.closed());
    assert.equal(Atomics.load(cell, 0), 4);
    assert.equal(limit.live, 4);
  });

  test("is each limit's own without a cell", () => {
    const one = limited(10).limit;
    const two = limited(10).limit;
    one.opened();
    assert.deepEqual([one.live, two.live], [1, 0]);
  });

  test("pauses all who accept at the limit, and resumes at three quarters", () => {
    const { limit, heard } = limited(8, new Int32Array(new SharedArrayBuffer(4)));
    times(7, () => limit.opened());
    assert.deepEqual(heard[0]!.events, []);
    // Some come in the same moment that it is reached.
    times(3, () => limit.opened());
    assert.deepEqual(heard[0]!.events, ["pause"]);
    times(3, () => limit.closed());
    assert.deepEqual(heard[0]!.events, ["pause"]);
    limit.closed();
    assert.deepEqual(heard[0]!.events, ["pause", "resume"]);
    times(6, () => limit.closed());
    times(8, () => limit.opened());
    for (const { events } of heard) assert.deepEqual(events, ["pause", "resume", "pause"]);
  });
});

test("a client has no more than its share, and gets it back", () => {
  const { limit } = limited(100);
  assert.deepEqual(
    [1, 2, 3].map(() => limit.takeClient("a")),
    [true, true, false],
  );
  assert.equal(limit.takeClient("b"), true);
  limit.giveClient("a");
  assert.equal(limit.takeClient("a"), true);
  assert.equal(limit.takeClient("a"), false);
});

test("a client is an IPv4 address or an IPv6 /64", () => {
  const of = (address: string): string => clientOf(addressToWords(address));
  assert.notEqual(of("192.0.2.1"), of("192.0.2.2"));
  assert.equal(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
  assert.notEqual(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
});
