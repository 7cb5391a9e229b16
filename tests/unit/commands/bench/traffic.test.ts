// What is made of responses: the right one, and everything that is wrong with the others.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import { parseExpectedRcodes } from "../../../../src/commands/bench/expected-rcodes.ts";
import { InFlight } from "../../../../src/commands/bench/in-flight.ts";
import { BLOCKED, CLASS_BITS, HIT, MISS } from "../../../../src/commands/bench/query-class.ts";
import { MAX_QUERY_LENGTH, QuestionBook } from "../../../../src/commands/bench/question-book.ts";
import {
  GeneratedQuestions,
  ListedQuestions,
} from "../../../../src/commands/bench/question-set.ts";
import { ClosedSchedule } from "../../../../src/commands/bench/schedule.ts";
import { ERROR_KINDS, Tally } from "../../../../src/commands/bench/tally.ts";
import { Traffic } from "../../../../src/commands/bench/traffic.ts";
import { textToName } from "../../../../src/wire/name-text.ts";
import { encode } from "../../../scripted-group.ts";

const TIMEOUT_MS = 100;
const ZONE = textToName("zone.example");
const listed = (name: string, qtype: number): ListedQuestions =>
  new ListedQuestions([{ qname: textToName(name), qtype, qclass: 1 }]);
const BOOK = new QuestionBook([
  listed("Hit.example", 28),
  new GeneratedQuestions("m", ZONE, 1000),
  listed("blocked.example", 1),
]);

let traffic: Traffic;
let tally: Tally;
let lane: InFlight;
let nextPick: number;

beforeEach(() => {
  tally = new Tally(1);
  lane = new InFlight(64, 99);
  traffic = new Traffic({
    schedule: new ClosedSchedule(10, 1000, Infinity),
    picker: { next: () => nextPick },
    book: BOOK,
    tally,
    expectedRcodes: parseExpectedRcodes(""),
    timeoutMs: TIMEOUT_MS,
  });
  traffic.begin(0);
});

/** Sends one; returns its bytes. */
function send(queryClass: number, number = 0, nowMs = 0): Buffer {
  nextPick = (number << CLASS_BITS) | queryClass;
  const out = Buffer.alloc(MAX_QUERY_LENGTH + 3);
  const length = traffic.write(lane, nowMs, out, 3);
  return out.subarray(3, 3 + length);
}

function take(message: Uint8Array, nowMs = 1): void {
  // Not at the start of its buffer.
  const bytes = new Uint8Array(message.length + 7);
  bytes.set(message, 5);
  traffic.take(lane, bytes, 5, message.length, nowMs);
}

interface Change {
  readonly id?: number;
  readonly rcode?: number;
  readonly flags?: number;
  readonly questions?: readonly unknown[];
}

function response(query: Buffer, { rcode = 0, flags = 0, ...change }: Change = {}): Uint8Array {
  const { id, questions } = dnsPacket.decode(query);
  const bytes = encode({ type: "response", id, questions, ...change });
  bytes[2]! |= flags >> 8;
  bytes[3]! |= (flags & 0xff) | rcode;
  return bytes;
}

const errors = (): Record<string, number> =>
  Object.fromEntries(
    ERROR_KINDS.map((kind, i) => [kind, tally.errors[i]!]).filter(([, count]) => count !== 0),
  ) as Record<string, number>;

const outcome = (): number[] => [tally.answered, tally.failed, tally.lost, traffic.inFlight];

describe("a query", () => {
  test("is well-formed, with RD, EDNS and the question of its pick", () => {
    const query = dnsPacket.decode(send(HIT));
    assert.deepEqual(query.questions, [{ name: "Hit.example", type: "AAAA", class: "IN" }]);
    assert.equal(query.flag_rd, true);
    const [opt] = query.additionals as dnsPacket.OptAnswer[];
    assert.equal(opt!.udpPayloadSize, 1232);
  });

  test("of a generator has its number in its name", () => {
    const { questions } = dnsPacket.decode(send(MISS, 0xab));
    assert.deepEqual(questions, [{ name: "m000000ab.zone.example", type: "A", class: "IN" }]);
  });
});

describe("the right response", () => {
  for (const [name, queryClass, rcode] of [
    ["to a hit", HIT, 0],
    ["to a miss", MISS, 0],
    ["to a miss that does not exist", MISS, 3],
    ["to a blocked name", BLOCKED, 3],
  ] as const) {
    test(name, () => {
      take(response(send(queryClass), { rcode }), 7);
      assert.deepEqual(outcome(), [1, 0, 0, 0]);
      assert.deepEqual(errors(), {});
      assert.equal(tally.rcodes[rcode], 1);
      assert.equal(tally.classes[queryClass]!.answered, 1);
      assert.equal(tally.steps[0]!.latency.maxMs, 7);
    });
  }

  test("may have the name in another case", () => {
    const questions = [{ name: "hIT.EXAMPLE", type: "AAAA", class: "IN" }];
    take(response(send(HIT), { questions }));
    assert.deepEqual(outcome(), [1, 0, 0, 0]);
  });

  test("is told from those of other queries in flight", () => {
    const queries = [1, 2, 3].map((number) => send(MISS, number));
    for (const query of queries.reverse()) take(response(query));
    assert.deepEqual(outcome(), [3, 0, 0, 0]);
  });
});

describe("a wrong response ends its query as a failure", () => {
  const other = (change: object): readonly unknown[] => [
    { name: "Hit.example", type: "AAAA", class: "IN", ...change },
  ];
  const cases: Record<string, [kind: string, Change]> = {
    "another name": ["question", { questions: other({ name: "hat.example" }) }],
    "a longer name": ["question", { questions: other({ name: "a.hit.example" }) }],
    "another type": ["question", { questions: other({ type: "A" }) }],
    "another class": ["question", { questions: other({ class: "CH" }) }],
    "no question": ["question", { questions: [] }],
    "two questions": ["question", { questions: [...other({}), ...other({})] }],
    SERVFAIL: ["rcode", { rcode: 2 }],
    "NXDOMAIN to a hit": ["rcode", { rcode: 3 }],
    "REFUSED without a question": ["rcode", { rcode: 5, questions: [] }],
    TC: ["truncated", { flags: 0x0200 }],
    "another opcode": ["malformed", { flags: 0x2000 }],
  };
  for (const [name, [kind, change]] of Object.entries(cases)) {
    test(name, () => {
      take(response(send(HIT), change));
      assert.deepEqual(errors(), { [kind]: 1 });
      assert.deepEqual(outcome(), [0, 1, 0, 0]);
      assert.equal(tally.classes[HIT]!.failed, 1);
      assert.equal(tally.steps[0]!.latency.count, 0, "it has no latency");
    });
  }

  test("NOERROR to a blocked name", () => {
    take(response(send(BLOCKED)));
    assert.deepEqual(errors(), { rcode: 1 });
  });

  test("the query itself, come back", () => {
    take(send(HIT));
    assert.deepEqual(errors(), { malformed: 1 });
  });

  test("cut off", () => {
    const whole = response(send(HIT));
    take(whole.subarray(0, 11));
    assert.deepEqual(errors(), { malformed: 1 });
    const second = response(send(HIT));
    take(second.subarray(0, 20));
    assert.deepEqual(errors(), { malformed: 1, question: 1 });
    assert.deepEqual(outcome(), [0, 2, 0, 0]);
  });
});

describe("a response to nothing leaves the query in flight", () => {
  test("with another ID", () => {
    const query = send(HIT);
    take(response(query, { id: (query.readUInt16BE(0) + 1) & 0xffff }));
    assert.deepEqual(errors(), { id: 1 });
    assert.deepEqual(outcome(), [0, 0, 0, 1]);
  });

  test("for the second time", () => {
    const answer = response(send(HIT));
    take(answer);
    take(answer);
    assert.deepEqual(errors(), { id: 1 });
    assert.deepEqual(outcome(), [1, 0, 0, 0]);
  });

  test("too short for an ID", () => {
    send(HIT);
    take(Uint8Array.of(1));
    take(new Uint8Array(0));
    assert.deepEqual(errors(), { malformed: 2 });
    assert.deepEqual(outcome(), [0, 0, 0, 1]);
  });

  test("too late", () => {
    const answer = response(send(HIT, 0, 10));
    traffic.expire(lane, 10 + TIMEOUT_MS);
    assert.deepEqual(outcome(), [0, 0, 0, 1]);
    traffic.expire(lane, 11 + TIMEOUT_MS);
    assert.deepEqual(outcome(), [0, 0, 1, 0]);
    take(answer, 12 + TIMEOUT_MS);
    assert.deepEqual(errors(), { id: 1 });
    assert.deepEqual(outcome(), [0, 0, 1, 0]);
  });
});

test("what is in flight when the run is stopped is nobody's fault", () => {
  send(HIT);
  traffic.stop();
  assert.equal(traffic.isOver(1), true);
  assert.equal(traffic.due(1), 0);
  traffic.abandonAll(lane);
  assert.equal(tally.abandoned, 1);
  assert.deepEqual(outcome(), [0, 0, 0, 0]);
});
