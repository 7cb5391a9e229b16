// One writer and two reader threads on one cache. bench/load/cache-stress.ts does the same for longer.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stressCache } from "../cache-stress/stress-cache.ts";

const READS = 2_000_000;
const TIMEOUT_MS = 12_000;

describe("a cache that several threads read", () => {
  test("never shows a foreign or a torn response", async () => {
    const { broken, reads, stats } = await stressCache({
      readerCount: 2,
      usesEpochs: true,
      isEnough: ({ reads }) => reads >= READS,
      timeoutMs: TIMEOUT_MS,
    });
    assert.equal(broken, 0, `of ${reads} reads`);
    assert.ok(reads > READS / 20, `only ${reads} reads`);
    assert.ok(stats.evictions > 3000, `only ${stats.evictions} evictions`);
  });

  test("shows some once readers leave out the epochs", async () => {
    const { broken, reads } = await stressCache({
      readerCount: 2,
      usesEpochs: false,
      isEnough: ({ broken }) => broken > 0,
      timeoutMs: TIMEOUT_MS,
    });
    assert.ok(broken > 0, `none in ${reads} reads: the test would not notice`);
  });
});
