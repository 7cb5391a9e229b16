// Names asked once each: what it costs to forward over TLS.

import { dnsperf } from "../load/dnsperf.ts";
import type { RunningServer } from "../running-server.ts";
import {
  type Bench,
  loadError,
  loadFigures,
  type Measured,
  type WorkloadKind,
} from "./workload.ts";

const WARM_UP_SECONDS = 1;

export const MISSES: WorkloadKind = {
  id: "misses",
  isInterleaved: true,
  forwardsOverTls: true,
  secondsFor: ({ seconds }) => WARM_UP_SECONDS + seconds,
  measure: measureMisses,
};

async function measureMisses(server: RunningServer, bench: Bench): Promise<Measured> {
  const { files, seconds } = bench;
  const request = {
    ...{ transport: "udp" as const, port: server.place.dnsPort, files },
    ...{ once: true, answers: true },
  };
  await dnsperf.run({ ...request, questions: files.warmUp, seconds: WARM_UP_SECONDS });
  const before = server.cpu();
  const outcome = await dnsperf.run({ ...request, questions: files.misses, seconds });
  const figures = loadFigures(outcome, before, server.cpu());
  const error = loadError(outcome);
  return { loadCommands: [outcome.command], figures, ...(error !== undefined && { error }) };
}
