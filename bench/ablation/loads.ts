// The loads: which questions are asked, over what, and whether the server has seen them before.

import { Random } from "../../tests/fuzz/random.ts";
import { MANY, ZONE } from "../../tests/e2e/zone.ts";

export interface LoadKind {
  readonly transport: "udp" | "tcp" | "dot" | "doh";
  /** In flight at once. */
  readonly inFlight: number;
  /** The questions of one round, in dnsperf's form; a round's are new to the server unless `isWarm`. */
  readonly questions: (round: number) => string[];
  /** The same in every round, and asked once before the first. */
  readonly isWarm: boolean;
}

export type LoadName =
  | "udp hits"
  | "udp bursts"
  | "udp large hits"
  | "udp mx hits"
  | "tcp hits"
  | "dot hits"
  | "doh hits"
  | "misses"
  | "mx misses"
  | "misses asked eightfold"
  | "names that are not"
  | "popular and scan";

const HIT_NAMES = 1000;
const LARGE = [`medium.${ZONE} TXT`];
/** More than are asked in a round. */
const MISS_NAMES = 150_000;
const POPULAR_NAMES = 20_000;
const TRACE_LENGTH = 200_000;
/** Of the trace, one in so many is a name that never comes again. */
const SCAN = 4;

const hits = (type: string) => (): string[] => names(HIT_NAMES, "n", type);
const misses =
  (type: string) =>
  (round: number): string[] =>
    names(MISS_NAMES, `r${round}-`, type);

export const LOADS: Readonly<Record<LoadName, LoadKind>> = {
  "udp hits": { transport: "udp", inFlight: 500, questions: hits("A"), isWarm: true },
  "udp bursts": { transport: "udp", inFlight: 5000, questions: hits("A"), isWarm: true },
  "udp large hits": { transport: "udp", inFlight: 500, questions: () => LARGE, isWarm: true },
  "udp mx hits": { transport: "udp", inFlight: 500, questions: hits("MX"), isWarm: true },
  "tcp hits": { transport: "tcp", inFlight: 500, questions: hits("A"), isWarm: true },
  "dot hits": { transport: "dot", inFlight: 500, questions: hits("A"), isWarm: true },
  "doh hits": { transport: "doh", inFlight: 160, questions: hits("A"), isWarm: true },
  misses: { transport: "udp", inFlight: 100, questions: misses("A"), isWarm: false },
  "mx misses": { transport: "udp", inFlight: 100, questions: misses("MX"), isWarm: false },
  "misses asked eightfold": {
    transport: "udp",
    inFlight: 400,
    questions: (round) => misses("A")(round).flatMap((question) => Array<string>(8).fill(question)),
    isWarm: false,
  },
  "names that are not": {
    transport: "udp",
    inFlight: 100,
    questions: () => Array.from({ length: HIT_NAMES }, (_, i) => `absent${i}.${ZONE} A`),
    isWarm: true,
  },
  "popular and scan": {
    transport: "udp",
    inFlight: 100,
    questions: popularAndScan,
    isWarm: false,
  },
};

function names(count: number, prefix: string, type: string): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}.${MANY} ${type}`);
}

/** Popularity by Zipf's law with exponent 1, and names in between that are asked once. */
function popularAndScan(round: number): string[] {
  const random = new Random(round);
  const most = Math.log(POPULAR_NAMES);
  return Array.from({ length: TRACE_LENGTH }, (_, i) => {
    if (i % SCAN === 0) return `scan${round}-${i}.${MANY} A`;
    return `p${Math.floor(Math.exp((random.word() / 2 ** 32) * most))}.${MANY} A`;
  });
}
