// What the server has to bear, in slices of some seconds: every transport at once, names that are
// cached and expire, names that are asked for once, and in each slice connections of its own.

import { buildQuery } from "../../src/wire/build-query.ts";
import { textToName } from "../../src/wire/name-text.ts";
import { Load, type LoadSummary } from "../../tests/e2e/dnsperf.ts";
import { HttpLoad } from "../../tests/e2e/h2load.ts";
import type { Hermod } from "../../tests/e2e/hermod-process.ts";
import { MANY } from "../../tests/e2e/zone.ts";

const SLICE_SECONDS = 10;
/** Asked for over and over; each expires once in a slice and more. */
const KNOWN_NAMES = 5000;
const HTTP_REQUESTS = 40_000;
/** Queries a second. */
const RATES = { udp: 30_000, tcp: 12_000, dot: 8000, fresh: 1000, freshDot: 400 } as const;

export interface SliceOutcome {
  readonly sent: number;
  readonly lost: number;
  /** Responses with another rcode than NOERROR, HTTP requests without a 2xx. */
  readonly wrong: number;
}

const known: readonly string[] = Array.from({ length: KNOWN_NAMES }, (_, i) => `n${i}.${MANY} A`);

export async function runSlice(hermod: Hermod, slice: number): Promise<SliceOutcome> {
  const { dnsPort, dotPort } = hermod;
  const start = (
    mode: "udp" | "tcp" | "dot",
    rate: number,
    questions: readonly string[],
  ): Promise<LoadSummary> => {
    const port = mode === "dot" ? dotPort : dnsPort;
    return Load.start({ port, mode, rate, questions, seconds: SLICE_SECONDS }).summary();
  };
  const http = HttpLoad.start({
    url: `${hermod.dohUrl}/dns-query`,
    query: query(`doh${slice}.${MANY}`),
    requests: HTTP_REQUESTS,
  });
  const summaries = await Promise.all([
    start("udp", RATES.udp, known),
    start("tcp", RATES.tcp, known),
    start("dot", RATES.dot, known),
    start("udp", RATES.fresh, freshNames(`u${slice}`, RATES.fresh)),
    start("dot", RATES.freshDot, freshNames(`d${slice}`, RATES.freshDot)),
  ]);
  const { answered, text } = await http.summary();
  const unanswered = HTTP_REQUESTS - answered;
  if (unanswered > 0) console.error(text);
  return {
    sent: sumOf(summaries, ({ sent }) => sent) + HTTP_REQUESTS,
    lost: sumOf(summaries, ({ lost }) => lost),
    wrong:
      sumOf(summaries, ({ completed, rcodes }) => completed - (rcodes["NOERROR"] ?? 0)) +
      unanswered,
  };
}

/** Enough for a slice and some more. */
function freshNames(prefix: string, rate: number): string[] {
  const count = rate * (SLICE_SECONDS + 2);
  return Array.from({ length: count }, (_, i) => `${prefix}-${i}.${MANY} A`);
}

function query(name: string): Uint8Array {
  const question = { qname: textToName(name), qtype: 1, qclass: 1 };
  return buildQuery(question, { dnssecOk: false, cd: false, ad: false, rd: true, udpSize: 1232 });
}

function sumOf(summaries: readonly LoadSummary[], valueOf: (each: LoadSummary) => number): number {
  return summaries.reduce((sum, each) => sum + valueOf(each), 0);
}
