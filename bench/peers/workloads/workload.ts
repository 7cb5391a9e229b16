// What a workload is: how one server is measured, and whether Hermod is measured again between peers.

import type { BenchUpstream } from "../bench-upstream.ts";
import type { LoadOutcome } from "../load/load-generator.ts";
import type { CpuTime } from "../process-usage.ts";
import type { QuestionFiles } from "../question-files.ts";
import type { CurvePoint, Figures, ServerId, Workload } from "../results.ts";
import type { RunningServer } from "../running-server.ts";

export interface Bench {
  readonly upstream: BenchUpstream;
  readonly files: QuestionFiles;
  /** Of each load. */
  readonly seconds: number;
  /** Names that the largest cache is filled with. */
  readonly entries: number;
}

export interface Measured {
  readonly loadCommands: readonly string[];
  readonly figures: Figures;
  readonly curve?: readonly CurvePoint[];
  /** Why the figures don't count. */
  readonly error?: string;
}

export interface WorkloadKind {
  readonly id: Workload;
  /** False where a measurement takes long and drift matters little: these are measured once, by one Hermod. */
  readonly isInterleaved: boolean;
  /** Over TLS, or else over UDP. */
  readonly forwardsOverTls: boolean;
  /** The peers that are measured; by default all that can. */
  readonly beside?: { readonly peers: readonly ServerId[]; readonly reason: string };
  /** Responses that the caches must hold; by default MAX_ENTRIES. */
  readonly maxEntries?: number;
  /** About how long it takes to measure one server, without its start and end. */
  secondsFor(bench: Pick<Bench, "seconds" | "entries">): number;
  measure(server: RunningServer, bench: Bench): Promise<Measured>;
}

/** The figures of one load; CPU time counts for right responses alone. */
export function loadFigures(outcome: LoadOutcome, before: CpuTime, after: CpuTime): Figures {
  const { answered, latency, lost, seconds, sent, wrong } = outcome;
  const right = answered - wrong;
  const userMs = after.userMs - before.userMs;
  const systemMs = after.systemMs - before.systemMs;
  const counts = { sent, answered, lost, wrong, seconds, userMs, systemMs, ...latency };
  if (right === 0) return counts;
  return {
    ...counts,
    cpuUsPerQuery: (1000 * (userMs + systemMs)) / right,
    userUsPerQuery: (1000 * userMs) / right,
  };
}

const MIN_RIGHT_SHARE = 0.999;
/**
 * Before a server has woken up, the first burst may overflow its receive buffer: that many are lost with
 * Debian's settings, whatever the server.
 */
const MAX_LOST_SHARE = 0.01;

/** What speaks against a load's figures; undefined when nothing does. */
export function loadError({ answered, lost, sent, wrong }: LoadOutcome): string | undefined {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  if (answered === 0) return "answered nothing";
  const right = (answered - wrong) / answered;
  if (right < MIN_RIGHT_SHARE) return `only ${percent(right)} of the responses were right`;
  if (lost > MAX_LOST_SHARE * sent) return `${percent(lost / sent)} of the queries were lost`;
  return undefined;
}
