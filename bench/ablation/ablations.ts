// What is turned off, and under which loads that shows. Each is compared with the same server with all
// optimisations on.

import type { LoadName } from "./loads.ts";

export interface Ablation {
  /** The switch, as under `experimental`; or another setting with its value. */
  readonly name: string;
  /** Lines of YAML that turn it off. */
  readonly off: string;
  /** Lines of YAML that both servers have. */
  readonly both?: string;
  readonly loads: readonly LoadName[];
  /** Cores of the server; the first one unless the switch is about more than one. */
  readonly cores?: string;
}

export const ABLATIONS: readonly Ablation[] = [
  { name: "udp.engine: portable", off: "udp: {engine: portable}", loads: ["udp hits"] },
  optimisation("batching", "udp hits", "misses"),
  optimisation("socketBuffers", "udp hits", "udp bursts"),
  { ...optimisation("paddedRows", "udp hits", "misses"), cores: "0,1" },
  optimisation("finishedResponses", "udp hits", "tcp hits"),
  optimisation("wordCopies", "udp hits", "udp large hits"),
  optimisation("joinedResponses", "tcp hits", "dot hits"),
  optimisation("dohBesideRouter", "doh hits"),
  { ...optimisation("cacheSegments", "popular and scan"), both: "cache: {size: 1MiB}" },
  optimisation("negativeCaching", "names that are not"),
  optimisation("nameCompression", "udp mx hits", "mx misses"),
  optimisation("querySharing", "misses asked eightfold"),
  optimisation("joinedQueries", "misses"),
  optimisation("pipelining", "misses"),
  optimisation("connectionReuse", "misses"),
  {
    name: "sessionResumption, without connectionReuse",
    both: "experimental: {connectionReuse: false}",
    off: "experimental: {connectionReuse: false, sessionResumption: false}",
    loads: ["misses"],
  },
];

function optimisation(name: string, ...loads: readonly LoadName[]): Ablation {
  return { name, off: `experimental: {${name}: false}`, loads };
}

/** The configuration of the server with all on, and of the other. */
export function configurations({ both = "", off }: Ablation): { on: string; off: string } {
  // `off` repeats what both have under `experimental`: a key may stand in a file once.
  const shared = both.startsWith("experimental") ? "" : both;
  return { on: `${both}\n`, off: `${shared}\n${off}\n` };
}
