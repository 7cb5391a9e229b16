// Compares a server with all optimisations on with one that lacks one: the same load on both by turns,
// on, off, off, on …, so that what else happens on the machine happens to both.

import type { Hermod } from "../../tests/e2e/hermod-process.ts";
import { temporaryFile } from "../../tests/e2e/temporary-folder.ts";
import { median } from "../baseline/ratios.ts";
import { residentBytes } from "../peers/process-usage.ts";
import type { Ablation } from "./ablations.ts";
import { type LoadName, LOADS } from "./loads.ts";
import { type Cost, runLoad } from "./run-load.ts";
import { type Stage, type Variant, VARIANTS } from "./stage.ts";

export interface Extent {
  readonly rounds: number;
  /** For one load on one server. */
  readonly seconds: number;
}

/** Medians of the rounds. */
export interface Figures {
  /** CPU time of the server for each query that was answered. */
  readonly cpuUs: number;
  readonly queriesPerSecond: number;
  readonly lostShare: number;
  /** Of the queries, those that the cache answered. */
  readonly hitShare: number;
  readonly residentBytes: number;
}

export interface Comparison {
  readonly name: string;
  readonly load: LoadName;
  readonly on: Figures;
  readonly off: Figures;
  /** CPU time of a query, off over on: the median of the rounds' ratios. */
  readonly ratio: number;
  /** The least and the greatest of them. */
  readonly spread: readonly [least: number, greatest: number];
}

export async function compare(
  stage: Stage,
  ablation: Ablation,
  extent: Extent,
): Promise<Comparison[]> {
  const servers = await stage.servers(ablation);
  try {
    const compared: Comparison[] = [];
    for (const load of ablation.loads) {
      compared.push(await compareUnder(servers, ablation.name, load, extent));
    }
    return compared;
  } finally {
    for (const variant of VARIANTS) await servers[variant].stop();
  }
}

async function compareUnder(
  servers: Record<Variant, Hermod>,
  name: string,
  load: LoadName,
  { rounds, seconds }: Extent,
): Promise<Comparison> {
  const kind = LOADS[load];
  const costs: Record<Variant, Cost[]> = { on: [], off: [] };
  // The first round is not counted: code is compiled and caches are filled.
  for (let round = 0; round <= rounds; round++) {
    const file = temporaryFile("questions", `${kind.questions(round).join("\n")}\n`);
    for (const variant of round % 2 === 0 ? VARIANTS : VARIANTS.toReversed()) {
      const cost = await runLoad(servers[variant], kind, file, seconds);
      if (round > 0) costs[variant].push(cost);
    }
  }
  const ratios = costs.off.map((cost, i) => perQuery(cost) / perQuery(costs.on[i]!));
  return {
    name,
    load,
    on: figures(costs.on, servers.on),
    off: figures(costs.off, servers.off),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
  };
}

function figures(costs: readonly Cost[], { child }: Hermod): Figures {
  const of = (value: (cost: Cost) => number): number => median(costs.map(value));
  return {
    cpuUs: of(perQuery),
    queriesPerSecond: of(({ completed, seconds }) => completed / seconds),
    lostShare: of(({ completed, lost }) => lost / (completed + lost)),
    hitShare: of(({ completed, lost, misses }) => 1 - misses / (completed + lost)),
    residentBytes: residentBytes(child.pid),
  };
}

function perQuery({ completed, cpuUs }: Cost): number {
  return cpuUs / completed;
}
