// What a response out of a large cache costs against one out of 10,000 entries. The cache holds all of
// them all the while, and the two loads take turns, so that neither warms up or drifts for the other.

import type { RunningServer } from "../running-server.ts";
import { median } from "../../baseline/ratios.ts";
import { CacheFill } from "./cache-fill.ts";
import { type Bench, loadFigures, type Measured, type WorkloadKind } from "./workload.ts";

const SMALL = 10_000;
const TURNS = 2;
/** Answers a second at which a cache fills, at least. */
const FILL_RATE = 20_000;

export const CACHE_COST: WorkloadKind = {
  id: "cache-cost",
  isInterleaved: false,
  forwardsOverTls: false,
  beside: { peers: ["unbound"], reason: "is left out: filling its cache takes too long" },
  secondsFor: ({ entries, seconds }) => entries / FILL_RATE + 2 * (1 + TURNS) * seconds,
  measure,
};

async function measure(server: RunningServer, bench: Bench): Promise<Measured> {
  const cache = new CacheFill(server, bench);
  const largeEntries = await cache.fill(bench.entries);
  // The first of each does not count: a runtime still translates what it runs.
  for (const count of [SMALL, bench.entries]) await cache.ask(count);
  const small: number[] = [];
  const large: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    small.push(await cost(server, () => cache.ask(SMALL)));
    large.push(await cost(server, () => cache.ask(bench.entries)));
  }
  return cache.measured({
    ...{ smallCostUs: median(small), largeCostUs: median(large), largeEntries },
    costRatio: median(small.map((each, turn) => large[turn]! / each)),
    largeBytes: server.residentBytes(),
  });
}

/** CPU microseconds for each right response. */
async function cost(
  server: RunningServer,
  ask: () => ReturnType<CacheFill["ask"]>,
): Promise<number> {
  const before = server.cpu();
  const outcome = await ask();
  return loadFigures(outcome, before, server.cpu()).cpuUsPerQuery ?? NaN;
}
