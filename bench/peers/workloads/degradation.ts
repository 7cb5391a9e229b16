// What becomes of a server when more is asked of it than it can answer: cached responses over UDP, offered
// from a tenth to twice of what it answered at most. An open loop: nothing waits for the server.

import { hermodBench } from "../load/hermod-bench.ts";
import type { LoadOutcome, LoadRequest } from "../load/load-generator.ts";
import type { CurvePoint } from "../results.ts";
import type { RunningServer } from "../running-server.ts";
import { type Bench, loadError, type Measured, type WorkloadKind } from "./workload.ts";

const PERCENTS = [10, 25, 50, 75, 90, 100, 125, 150, 200];
/** A point takes half as long as another load: there are many. */
const SHARE_OF_SECONDS = 0.5;

export const DEGRADATION: WorkloadKind = {
  id: "degradation",
  isInterleaved: false,
  forwardsOverTls: false,
  secondsFor: ({ seconds }) => 2 + (1 + PERCENTS.length) * (0.5 + pointSeconds(seconds)),
  measure: measureCurve,
};

async function measureCurve(server: RunningServer, bench: Bench): Promise<Measured> {
  const request = {
    ...{ transport: "udp" as const, port: server.place.dnsPort, files: bench.files },
    ...{ questions: bench.files.hits, answers: true },
    seconds: pointSeconds(bench.seconds),
  };
  await hermodBench.run({ ...request, seconds: 1 });
  const most = await hermodBench.run(request);
  const loadCommands = [most.command];
  const error = loadError(most);
  if (error !== undefined) return { loadCommands, figures: {}, error };
  const saturation = rightRate(most);
  const curve: CurvePoint[] = [];
  for (const percent of PERCENTS) {
    const { command, point } = await measurePoint(percent, saturation, request);
    loadCommands.push(command);
    curve.push(point);
  }
  return { loadCommands, figures: { saturation }, curve };
}

function pointSeconds(seconds: number): number {
  return Math.max(1, seconds * SHARE_OF_SECONDS);
}

interface MeasuredPoint {
  readonly command: string;
  readonly point: CurvePoint;
}

async function measurePoint(
  percent: number,
  saturation: number,
  request: LoadRequest,
): Promise<MeasuredPoint> {
  const wantedRate = Math.round((saturation * percent) / 100);
  const outcome = await hermodBench.run({ ...request, rate: wantedRate });
  const { command, latency, lost, seconds, sent, wrong } = outcome;
  const goodput = rightRate(outcome);
  const p99Ms = latency?.p99Ms ?? 0;
  const offeredRate = sent / seconds;
  return { command, point: { percent, wantedRate, offeredRate, goodput, p99Ms, lost, wrong } };
}

function rightRate({ answered, seconds, wrong }: LoadOutcome): number {
  return (answered - wrong) / seconds;
}
