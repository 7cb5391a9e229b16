// The study on a small scale, the page that is made of it, and what the published figures have to keep.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hitRateDocuments } from "../../../bench/hit-rate/page.ts";
import { type HitRateCell, readResults } from "../../../bench/hit-rate/results.ts";
import { runStudy } from "../../../bench/hit-rate/study.ts";

describe("the hit-rate study", () => {
  test("runs the real cache beside the textbooks", () => {
    const lines: string[] = [];
    const results = runStudy({
      ...{ seed: 3, population: 20_000, requests: 60_000 },
      progress: (line) => lines.push(line),
    });
    const cells = results.traces.flatMap(({ mixed, uniform }) => [...uniform, ...mixed]);
    assert.equal(lines.length, cells.length);
    for (const { evictions, rates, refused, share } of cells) {
      assert.equal(refused, 0);
      // Below that the smallest cache there is has more room than the share.
      if (share < 0.1) continue;
      assert.ok(rates.hermod > 20 && rates.hermod < 100, JSON.stringify(rates));
      if (share === 0.1) assert.ok(evictions > 0);
    }
    const page = hitRateDocuments(results).get("hit-rate.md")!;
    for (const { name } of results.traces) assert.ok(page.includes(`charts/hit-rate-${name}.svg`));
  });

  test("says so when another policy wins clearly, and only then", () => {
    const results = readResults();
    const ahead = (cell: HitRateCell): HitRateCell => {
      return { ...cell, rates: { ...cell.rates, sieve: cell.rates.hermod + 1 } };
    };
    const traces = results.traces.map((trace) => ({ ...trace, uniform: trace.uniform.map(ahead) }));
    const page = (given: typeof results): string => hitRateDocuments(given).get("hit-rate.md")!;
    assert.match(page({ ...results, traces }), /With one size SIEVE wins clearly/);
    assert.match(page(results), /no other policy is ahead/);
  });

  test("published: no policy beats the optimum with one size", () => {
    for (const { name, uniform } of readResults().traces) {
      for (const { rates } of uniform) {
        assert.ok(
          Object.values(rates).every((rate) => rate <= rates.optimum),
          name,
        );
      }
    }
  });

  test("published: within half a point of textbook SLRU with one size", () => {
    for (const { name, uniform } of readResults().traces) {
      for (const { rates } of uniform) assert.ok(rates.hermod > rates.slru - 0.5, name);
    }
  });
});
