// The traces of the hit-rate study: seeded, skewed as their names say, scans that never come again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { namePopulation } from "../../../bench/hit-rate/name-population.ts";
import { makeTrace, TRACE_NAMES } from "../../../bench/hit-rate/traces.ts";
import { nameLength } from "../../../src/wire/name.ts";

const OPTIONS = { seed: 7, population: 1000, requests: 100_000 };

function countOf(ids: Int32Array, wanted: number): number {
  return ids.reduce((sum, id) => sum + (id === wanted ? 1 : 0), 0);
}

describe("traces", () => {
  for (const name of TRACE_NAMES) {
    test(`${name}: the same for the same seed, ids in range`, () => {
      const { idCount, ids } = makeTrace(name, OPTIONS);
      assert.deepEqual(ids, makeTrace(name, OPTIONS).ids);
      assert.notDeepEqual(ids, makeTrace(name, { ...OPTIONS, seed: 8 }).ids);
      assert.equal(ids.length, OPTIONS.requests);
      assert.ok(ids.every((id) => id >= 0 && id < idCount));
    });
  }

  test("the frequency of rank r is 1 / r to the exponent", () => {
    for (const [name, exponent] of [
      ["zipf-0.9", 0.9],
      ["zipf-1.1", 1.1],
    ] as const) {
      const { ids } = makeTrace(name, OPTIONS);
      const ratio = countOf(ids, 0) / countOf(ids, 9);
      assert.ok(Math.abs(ratio / 10 ** exponent - 1) < 0.15, `${name}: ${ratio}`);
    }
  });

  test("a scan asks for each name once", () => {
    const { idCount, ids } = makeTrace("zipf-1.0-scan", OPTIONS);
    const scanned = ids.filter((id) => id >= OPTIONS.population);
    assert.equal(scanned.length, OPTIONS.requests / 5);
    assert.equal(new Set(scanned).size, scanned.length);
    assert.equal(idCount, OPTIONS.population + scanned.length);
  });

  test("what is popular moves on", () => {
    const { ids } = makeTrace("zipf-1.0-shift", OPTIONS);
    const [early, late] = [ids.subarray(0, 40), ids.subarray(400, 440)];
    assert.ok(countOf(early, 0) > 0 && countOf(late, 10) > 0);
    assert.ok(countOf(late, 10) > countOf(late, 0));
  });

  test("names are whole, distinct and in wire form", () => {
    const names = namePopulation(20_000);
    const seen = new Set<string>();
    for (let id = 0; id < 20_000; id++) {
      const qname = names.qnameOf(id);
      assert.equal(nameLength(qname, 0, qname.length), qname.length);
      assert.equal(names.qnameOf(id), qname);
      seen.add(qname.toString());
    }
    assert.equal(seen.size, 20_000);
  });
});
