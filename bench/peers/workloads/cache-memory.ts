// What a cached response takes: resident memory with 100,000 cached less that when idle, in a process that
// has done nothing else. What forwarding left behind fades as the server rests, so it is read twice.

import { setTimeout as delay } from "node:timers/promises";
import { FEW_ENTRIES } from "../server-kind.ts";
import type { RunningServer } from "../running-server.ts";
import { CacheFill } from "./cache-fill.ts";
import type { Bench, Measured, WorkloadKind } from "./workload.ts";

const ENTRIES = 100_000;
const SETTLE_MS = 5000;
const REST_MS = 10_000;

export const CACHE_MEMORY: WorkloadKind = {
  id: "cache-memory",
  isInterleaved: false,
  forwardsOverTls: false,
  maxEntries: FEW_ENTRIES,
  secondsFor: () => (2 * SETTLE_MS + REST_MS) / 1000 + 6,
  measure,
};

async function measure(server: RunningServer, bench: Bench): Promise<Measured> {
  const cache = new CacheFill(server, bench);
  await delay(SETTLE_MS);
  const idleBytes = server.residentBytes();
  const filledEntries = await cache.fill(ENTRIES);
  await delay(SETTLE_MS);
  const filledBytes = server.residentBytes();
  await delay(REST_MS);
  const restedBytes = server.residentBytes();
  const heldBytes = await server.kind.heldBytes?.(server.place);
  return cache.measured({
    ...{ idleBytes, filledBytes, filledEntries, restedBytes },
    bytesPerEntry: (filledBytes - idleBytes) / filledEntries,
    restedBytesPerEntry: (restedBytes - idleBytes) / filledEntries,
    ...(heldBytes !== undefined && { heldBytesPerEntry: heldBytes / filledEntries }),
  });
}
