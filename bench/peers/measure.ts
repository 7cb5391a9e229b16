// A whole run: every workload, round by round, each server in its turn. What fails is said at once and
// stands in the results; it never ends the run.

import type { RunOptions } from "./options.ts";
import { RunningServer } from "./running-server.ts";
import type { Sample } from "./results.ts";
import { interleave } from "./schedule.ts";
import type { ServerKind } from "./server-kind.ts";
import { HERMOD } from "./server-kinds.ts";
import { WORKLOAD_KINDS } from "./workload-kinds.ts";
import type { Bench, Measured, WorkloadKind } from "./workloads/workload.ts";

export interface Cell {
  readonly workload: WorkloadKind;
  readonly kind: ServerKind;
  readonly round: number;
  readonly turn: number;
}

/**
 * Everything that is to be measured, in order. `peers` are those that are here; the binary is measured
 * where starting is.
 */
export function cellsOf(
  options: Pick<RunOptions, "workloads" | "rounds">,
  peers: readonly ServerKind[],
  binary?: ServerKind,
): Cell[] {
  const workloads = WORKLOAD_KINDS.filter(({ id }) => options.workloads.includes(id));
  return workloads.flatMap((workload) => {
    const { id, isInterleaved } = workload;
    const able = peers.filter((kind) => whyNot(kind, workload) === undefined);
    const own = id === "start" && binary !== undefined ? [HERMOD, binary] : [HERMOD];
    const order = isInterleaved ? interleave(own, able) : [...own, ...able];
    return Array.from({ length: isInterleaved ? options.rounds : 1 }, (_, round) =>
      order.map((kind, turn) => ({ workload, kind, round, turn })),
    ).flat();
  });
}

/** Why a peer is not measured; undefined when it is. */
export function whyNot(
  { cannot, id }: ServerKind,
  { beside, id: workload }: WorkloadKind,
): string | undefined {
  return cannot[workload] ?? (beside?.peers.includes(id) === false ? beside.reason : undefined);
}

/** Starting, checking and stopping a server. */
const AROUND_SECONDS = 0.8;

export function estimatedSeconds(
  cells: readonly Cell[],
  bench: Pick<Bench, "seconds" | "entries">,
): number {
  return cells.reduce((sum, { workload }) => sum + AROUND_SECONDS + workload.secondsFor(bench), 0);
}

/** Resolves with the sample in any case. */
export async function measureCell(cell: Cell, bench: Bench): Promise<Sample> {
  const { kind, round, turn, workload } = cell;
  const place = { workload: workload.id, server: kind.id, round, turn };
  const { forwardsOverTls, maxEntries } = workload;
  const options = { kind, upstream: bench.upstream, forwardsOverTls };
  let server: RunningServer;
  try {
    server = await RunningServer.start({ ...options, ...(maxEntries && { maxEntries }) });
  } catch (error) {
    return { ...place, serverCommand: "", ...failed(error) };
  }
  try {
    const measured = await workload.measure(server, bench);
    return { ...place, serverCommand: server.command, ...(await checked(server, measured)) };
  } catch (error) {
    return { ...place, serverCommand: server.command, ...failed(error) };
  } finally {
    await server.stop();
  }
}

function failed(error: unknown): Measured {
  const message = error instanceof Error ? error.message : String(error);
  return { loadCommands: [], figures: {}, error: message };
}

/** A server that no longer answers rightly has not passed, whatever its figures. */
async function checked(server: RunningServer, measured: Measured): Promise<Measured> {
  const fault = await server.fault();
  if (fault === undefined) return measured;
  return { ...measured, error: [measured.error, fault].filter(Boolean).join("; ") };
}
