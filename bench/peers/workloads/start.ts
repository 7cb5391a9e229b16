// From exec to the first right response, started as its users do: on all cores, several times. And what the
// server holds in memory when it then rests.

import { setTimeout as delay } from "node:timers/promises";
import { median } from "../../baseline/ratios.ts";
import { RunningServer } from "../running-server.ts";
import { FEW_ENTRIES } from "../server-kind.ts";
import type { Bench, Measured, WorkloadKind } from "./workload.ts";

const SETTLE_MS = 2000;
const STARTS = 5;

export const START: WorkloadKind = {
  id: "start",
  isInterleaved: true,
  forwardsOverTls: false,
  // dnsmasq takes the memory for a large cache at once.
  maxEntries: FEW_ENTRIES,
  secondsFor: () => 4,
  measure,
};

async function measure(server: RunningServer, { upstream }: Bench): Promise<Measured> {
  await delay(SETTLE_MS);
  const idleBytes = server.residentBytes();
  const timesMs: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const started = await RunningServer.start({
      ...{ kind: server.kind, upstream, forwardsOverTls: false },
      ...{ maxEntries: FEW_ENTRIES, onAllCores: true },
    });
    timesMs.push(started.firstAnswerMs);
    await started.stop();
  }
  const figures = { firstAnswerMs: median(timesMs), oneCoreMs: server.firstAnswerMs, idleBytes };
  return { loadCommands: [], figures };
}
