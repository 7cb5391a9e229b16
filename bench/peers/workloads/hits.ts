// 1,000 names asked over and over: what a cached response costs over each transport.

import { dnsperf } from "../load/dnsperf.ts";
import { h2load } from "../load/h2load.ts";
import type { LoadGenerator, LoadTransport } from "../load/load-generator.ts";
import type { RunningServer } from "../running-server.ts";
import {
  type Bench,
  loadError,
  loadFigures,
  type Measured,
  type WorkloadKind,
} from "./workload.ts";

const WARM_UP_SECONDS = 1;

export const HITS: readonly WorkloadKind[] = (["udp", "tcp", "dot", "doh", "doh-get"] as const).map(
  (transport) => ({
    id: transport,
    isInterleaved: true,
    forwardsOverTls: false,
    secondsFor: ({ seconds }) => WARM_UP_SECONDS + seconds,
    measure: (server, bench) => measureHits(transport, generatorFor(transport), server, bench),
  }),
);

export async function measureHits(
  transport: LoadTransport,
  generator: LoadGenerator,
  server: RunningServer,
  bench: Bench,
): Promise<Measured> {
  const request = {
    transport,
    port: portOf(server, transport),
    questions: bench.files.hits,
    files: bench.files,
    answers: server.kind.answers,
  };
  await generator.run({ ...request, seconds: WARM_UP_SECONDS });
  const before = server.cpu();
  const outcome = await generator.run({ ...request, seconds: bench.seconds });
  const figures = loadFigures(outcome, before, server.cpu());
  const error = loadError(outcome);
  return { loadCommands: [outcome.command], figures, ...(error !== undefined && { error }) };
}

function generatorFor(transport: LoadTransport): LoadGenerator {
  return transport === "doh" || transport === "doh-get" ? h2load : dnsperf;
}

function portOf({ place }: RunningServer, transport: LoadTransport): number {
  const { dnsPort, dohPort, dotPort } = place;
  return { udp: dnsPort, tcp: dnsPort, dot: dotPort, doh: dohPort, "doh-get": dohPort }[transport];
}
