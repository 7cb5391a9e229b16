// The options of `bun bench/peers/run.ts`.

import { parseArgs } from "node:util";
import { WORKLOADS, type Workload } from "./results.ts";
import { PEERS } from "./server-kinds.ts";
import type { ServerKind } from "./server-kind.ts";

export const USAGE: string = `Usage: bun bench/peers/run.ts [options]

Measures Hermod beside other resolvers and writes bench/results/DATE-peers.json.
Installs what is missing from Debian when it runs as root.

  --only LIST     workloads, with commas: ${WORKLOADS.join(", ")}
  --peers LIST    servers beside Hermod: ${PEERS.map(({ id }) => id).join(", ")}
  --rounds N      how often each quick figure is measured; published is the median (1)
  --seconds N     of each load (3)
  --entries N     names in the largest cache (1000000)
  --out FILE      where the results go
  --no-install    leave out what is missing
`;

export interface RunOptions {
  readonly workloads: readonly Workload[];
  readonly peers: readonly ServerKind[];
  readonly rounds: number;
  readonly seconds: number;
  readonly entries: number;
  /** Undefined for a file in bench/results. */
  readonly out: string | undefined;
  readonly installs: boolean;
}

/** Throws an Error that says what is wrong. */
export function parseOptions(given: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...given],
    options: {
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string", default: "1" },
      seconds: { type: "string", default: "3" },
      entries: { type: "string", default: "1000000" },
      out: { type: "string" },
      "no-install": { type: "boolean", default: false },
    },
  });
  const peerIds = PEERS.map(({ id }) => id);
  const chosen = chooseFrom("--peers", peerIds, values.peers);
  return {
    workloads: chooseFrom("--only", WORKLOADS, values.only),
    peers: PEERS.filter(({ id }) => chosen.includes(id)),
    rounds: wholeNumber("--rounds", values.rounds, 1, 99),
    seconds: wholeNumber("--seconds", values.seconds, 1, 600),
    entries: wholeNumber("--entries", values.entries, 100_000, 1_000_000),
    out: values.out,
    installs: !values["no-install"],
  };
}

/** Those named, in the order of `all`; all of them when none is. */
function chooseFrom<T extends string>(
  option: string,
  all: readonly T[],
  list: string | undefined,
): T[] {
  if (list === undefined) return [...all];
  const names = list.split(",");
  const unknown = names.filter((name) => !all.includes(name as T));
  if (unknown.length === 0) return all.filter((name) => names.includes(name));
  throw new Error(`${option}: there is no ${unknown.join(", ")}; choose from ${all.join(", ")}`);
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${option} is a whole number from ${least} to ${most}, not ${text}`);
}
