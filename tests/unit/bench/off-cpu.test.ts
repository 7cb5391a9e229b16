// Why a thread was off the CPU, from what `perf script` prints.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSwitches } from "../../../bench/load/off-cpu.ts";

const THREAD = 77;
const DATAGRAM_WAIT = ["__schedule", "schedule", "schedule_timeout", "__skb_wait_for_more_packets"];
const FUTEX_WAIT = ["__schedule", "schedule", "futex_do_wait"];

function event(seconds: string, text: string, stack: readonly string[]): string {
  const calls = stack.map((call) => `\tffffffff821f8b58 ${call}\n`).join("");
  return ` ${seconds}: sched:${text}\n${calls}\n`;
}

/** `state`: S sleeps, R was pushed off. */
function out(seconds: string, state: string, stack: readonly string[]): string {
  const to = "next_comm=other next_pid=5 next_prio=120";
  const from = `prev_comm=Worker prev_pid=${THREAD} prev_prio=120 prev_state=${state}`;
  return event(seconds, `sched_switch: ${from} ==> ${to}`, stack);
}

function back(seconds: string): string {
  const from = "prev_comm=other prev_pid=5 prev_prio=120 prev_state=S";
  const to = `next_comm=Worker next_pid=${THREAD} next_prio=120`;
  return event(seconds, `sched_switch: ${from} ==> ${to}`, ["__schedule"]);
}

function waking(seconds: string): string {
  const what = `sched_waking: comm=Worker pid=${THREAD} prio=120 target_cpu=000`;
  return event(seconds, what, ["try_to_wake_up"]);
}

/** Within a microsecond: the seconds that perf prints are binary fractions here. */
function about(ms: number, expected: number): void {
  assert.ok(Math.abs(ms - expected) < 0.001, `${ms} ms, not ${expected}`);
}

describe("times off the CPU", () => {
  test("are split between what was waited for and the turn after it", () => {
    const text = out("10.001", "S", DATAGRAM_WAIT) + waking("10.006") + back("10.0085");
    const { datagrams, other, times, turn } = parseSwitches(text, THREAD);
    assert.equal(times, 1);
    about(datagrams.longestMs, 5);
    about(turn.longestMs, 2.5);
    assert.deepEqual([datagrams.long, turn.long, other.long], [1, 1, 0]);
  });

  test("belong to the turn alone when the thread was pushed off", () => {
    const { datagrams, other, turn } = parseSwitches(out("1.0", "R+", []) + back("1.004"), THREAD);
    about(turn.longestMs, 4);
    assert.deepEqual([datagrams.long, turn.long, other.long], [0, 1, 0]);
  });

  test("count as other when the thread waited for no datagram", () => {
    const text = out("1.0", "S", FUTEX_WAIT) + waking("1.002") + waking("1.003") + back("1.0031");
    const { datagrams, other, turn } = parseSwitches(text, THREAD);
    about(other.longestMs, 2);
    about(turn.longestMs, 1.1);
    assert.deepEqual([datagrams.long, other.long], [0, 1]);
  });

  test("count whole for what was waited for when nobody was seen to wake the thread", () => {
    const { other, turn } = parseSwitches(out("1.0", "D", FUTEX_WAIT) + back("1.003"), THREAD);
    about(other.longestMs, 3);
    assert.deepEqual([other.long, turn.long], [1, 0]);
  });

  test("are those of the thread that is asked for, and only whole ones", () => {
    const text = back("0.5") + out("1.0", "S", FUTEX_WAIT) + waking("1.002") + back("1.003");
    assert.equal(parseSwitches(text, 7).times, 0);
    const { other, times } = parseSwitches(text + out("2.0", "S", FUTEX_WAIT), THREAD);
    assert.deepEqual([times, other.long], [1, 1]);
  });
});
