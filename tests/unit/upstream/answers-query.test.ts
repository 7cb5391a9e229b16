import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answersOverStream, answersQuery } from "../../../src/upstream/answers-query.ts";
import { queryFor } from "../../faults/asking.ts";
import { responseTo } from "../../faults/scripted-upstream.ts";
import { Random, SEED } from "../../fuzz/random.ts";

const query = queryFor("www.example");
const respond = (packet?: Record<string, unknown>): Uint8Array =>
  responseTo(Buffer.from(query), packet);
const question = (type: string, name: string): Record<string, unknown> => ({
  questions: [{ type, name }],
  answers: [],
});

const bare = (flags: number): Uint8Array => respond({ flags, questions: [], answers: [] });

describe("whether a response answers a query over a stream", () => {
  test("a failure without a question does", () => {
    for (const rcode of [1, 2, 4, 5]) {
      assert.equal(answersOverStream(query, bare(0x180 | rcode)), true, `rcode ${rcode}`);
      assert.equal(answersQuery(query, bare(0x180 | rcode)), false, `rcode ${rcode}`);
    }
  });

  test("no other response without a question does", () => {
    for (const rcode of [0, 3, 6, 15]) {
      assert.equal(answersOverStream(query, bare(0x180 | rcode)), false, `rcode ${rcode}`);
    }
    const asQuery = bare(0x181);
    asQuery[2]! &= 0x7f;
    assert.equal(answersOverStream(query, asQuery), false, "QR=0");
    assert.equal(answersOverStream(query, bare(0x181).subarray(0, 11)), false, "cut off");
  });

  test("one with another question does not, a failure neither", () => {
    assert.equal(answersOverStream(query, respond(question("A", "other.example"))), false);
    const failure = { ...question("A", "other.example"), flags: 0x185 };
    assert.equal(answersOverStream(query, respond(failure)), false);
    assert.equal(answersOverStream(query, respond()), true);
  });
});

describe("whether a response answers a query", () => {
  test("the same question does, in whatever case", () => {
    assert.equal(answersQuery(query, respond()), true);
    assert.equal(answersQuery(query, respond({ flags: 0x183, answers: [] })), true);
    assert.equal(answersQuery(query, respond(question("A", "WWW.eXaMpLe"))), true);
  });

  test("another question does not", () => {
    for (const name of [
      "wwv.example",
      "ww.example",
      "www.example.org",
      "www",
      ".",
      "www-example",
    ]) {
      assert.equal(answersQuery(query, respond(question("A", name))), false, name);
    }
    assert.equal(answersQuery(query, respond(question("AAAA", "www.example"))), false);
    const otherClass = respond();
    otherClass[12 + 13 + 3] = 3;
    assert.equal(answersQuery(query, otherClass), false);
  });

  test("no question, two questions and a query do not", () => {
    assert.equal(answersQuery(query, respond({ questions: [], answers: [] })), false);
    const { questions } = question("A", "www.example") as { questions: unknown[] };
    assert.equal(answersQuery(query, respond({ questions: [...questions, ...questions] })), false);
    assert.equal(answersQuery(query, query), false);
  });

  test("a name that ends in a pointer is not the question's", () => {
    const response = respond({ answers: [] });
    response.set([0xc0, 12], 12);
    assert.equal(answersQuery(query, response), false);
  });

  test("whatever is cut off does not", () => {
    const whole = respond({ answers: [] });
    for (let length = 0; length < whole.length; length++) {
      assert.equal(answersQuery(query, whole.subarray(0, length)), false, `${length} bytes`);
    }
  });

  test("random bytes do not, and do no harm", () => {
    const random = new Random(SEED);
    for (let i = 0; i < 20_000; i++) {
      const bytes = random.bytes(random.below(80));
      if (bytes.length > 6) bytes.set([0x81, 0x80, 0, 1], 2);
      assert.equal(answersQuery(query, bytes), false, `seed ${SEED}, round ${i}`);
    }
  });
});
