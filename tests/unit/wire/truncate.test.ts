// Truncation leaves header and question, and says so.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { truncateToQuestion } from "../../../src/wire/truncate.ts";
import { hex, joined, record, response, toHex } from "./compose.ts";

describe("truncateToQuestion", () => {
  test("sets TC, zeroes the counts, returns the length, and touches nothing else", () => {
    const a = record(hex("c00c"), 1, hex("c0000201"));
    const whole = response({ answers: [a, a], authorities: [a], additionals: [a] });
    const out = joined(hex("eeee"), whole);
    const questionEnd = 2 + 12 + 17 + 4;
    assert.equal(truncateToQuestion(out, 2, questionEnd), 33);
    const header = "1234" + "8380" + "0001" + "0000" + "0000" + "0000";
    assert.equal(toHex(out), "eeee" + header + toHex(whole.subarray(12)));
  });
});
