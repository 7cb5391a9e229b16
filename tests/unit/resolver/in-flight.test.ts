// The table of questions in flight against a map: what was added is found until it is removed, however
// many share a bucket.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type InFlight, InFlightTable } from "../../../src/resolver/in-flight.ts";
import { Random, SEED } from "../../fuzz/random.ts";
import { keyOf, qnameOf } from "../cache/responses.ts";

/** Several to a bucket. */
const NAMES = 3000;

test("questions are found until they are removed", () => {
  const random = new Random(SEED);
  const table = new InFlightTable();
  const keys = Array.from({ length: NAMES }, (_, id) => keyOf(qnameOf(id)));
  const entries = new Map<number, InFlight>();
  for (let step = 0; step < 20_000; step++) {
    const id = random.below(NAMES);
    const found = table.find(keys[id]!);
    assert.equal(found, entries.get(id), `seed ${SEED}, step ${step}`);
    if (found === undefined) {
      entries.set(id, table.add(keys[id]!, 1));
    } else {
      table.remove(found);
      entries.delete(id);
    }
  }
  keys.forEach((key, id) => assert.equal(table.find(key), entries.get(id), `seed ${SEED}`));
});
