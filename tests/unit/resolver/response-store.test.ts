// How long failures are remembered: longer with each one in a row, and anew once there was an answer.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lifetime } from "../../../src/cache/stored-response.ts";
import { InFlight } from "../../../src/resolver/in-flight.ts";
import { failure } from "../../../src/resolver/response-judge.ts";
import type { NormalizedResponse } from "../../../src/wire/normalize-response.ts";
import { Answering } from "../../answering.ts";
import { queryFor } from "../../faults/asking.ts";
import { response } from "../wire/compose.ts";
import { normalized, question } from "../wire/normalized.ts";

const query = queryFor("www.example.com");
const good: NormalizedResponse = normalized(response({}), question("www.example.com."));

/** A store whose question fails and is answered at will; times are in seconds. */
class Row {
  private readonly set: Answering = new Answering();

  /** How long the failure is remembered. */
  fails(atSeconds: number): number {
    const { store } = this.set;
    store.keepFailure(this.asked(atSeconds), failure(0, "down"), atSeconds);
    return lifetime(store.buffer.words, 0);
  }

  isAnswered(atSeconds: number): void {
    this.set.store.keep(this.asked(atSeconds), good, atSeconds);
  }

  private asked(atSeconds: number): InFlight {
    this.set.questionOf(query);
    return new InFlight(this.set.answerer.context.key, atSeconds);
  }
}

describe("the memory of failures", () => {
  test("grows with each failure in a row", () => {
    const row = new Row();
    assert.deepEqual([row.fails(100), row.fails(102), row.fails(106)], [1, 2, 4]);
  });

  test("begins anew after a long pause", () => {
    const row = new Row();
    assert.deepEqual([row.fails(100), row.fails(103)], [1, 1]);
  });

  test("begins anew after an answer", () => {
    const row = new Row();
    assert.deepEqual([row.fails(100), row.fails(102)], [1, 2]);
    row.isAnswered(104);
    assert.equal(row.fails(105), 1);
  });

  test("begins anew after an answer as long as a failure of the row counts", () => {
    const row = new Row();
    for (const [i, atSeconds] of [100, 102, 106, 114].entries()) {
      assert.equal(row.fails(atSeconds), 2 ** i);
    }
    row.isAnswered(130);
    assert.equal(row.fails(130), 1);
  });
});
