// Latency of cached responses over UDP at a rate that a server should bear: open loop, by `hermod bench`.
// Losses are part of the result here.

import { hermodBench } from "../load/hermod-bench.ts";
import type { LoadGenerator } from "../load/load-generator.ts";
import type { RunningServer } from "../running-server.ts";
import { type Bench, loadFigures, type Measured, type WorkloadKind } from "./workload.ts";

export const OFFERED_RATE = 50_000;
const WARM_UP_SECONDS = 1;
/** Of the rate; below that the figures are the generator's, not the server's. */
const MIN_OFFERED_SHARE = 0.98;

export const LATENCY: WorkloadKind = {
  id: "latency",
  isInterleaved: true,
  forwardsOverTls: false,
  secondsFor: ({ seconds }) => WARM_UP_SECONDS + seconds + 1,
  measure: (server, bench) => measureLatency(hermodBench, server, bench),
};

export async function measureLatency(
  generator: LoadGenerator,
  server: RunningServer,
  bench: Bench,
): Promise<Measured> {
  const request = {
    ...{ transport: "udp" as const, port: server.place.dnsPort, files: bench.files },
    ...{ questions: bench.files.hits, answers: true, rate: OFFERED_RATE, latency: true },
  };
  await generator.run({ ...request, seconds: WARM_UP_SECONDS });
  const before = server.cpu();
  const outcome = await generator.run({ ...request, seconds: bench.seconds });
  const figures = loadFigures(outcome, before, server.cpu());
  const offered = outcome.sent / bench.seconds;
  const errors = [
    ...(outcome.wrong > 0 ? [`${outcome.wrong} responses were wrong`] : []),
    ...(outcome.answered === 0 ? ["answered nothing"] : []),
    ...(offered < MIN_OFFERED_SHARE * OFFERED_RATE
      ? [`only ${Math.round(offered)} queries a second were offered`]
      : []),
  ];
  const error = errors.join("; ");
  return { loadCommands: [outcome.command], figures, ...(error !== "" && { error }) };
}
