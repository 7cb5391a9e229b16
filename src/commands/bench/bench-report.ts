// What `hermod bench --json` prints and `--compare` reads: the figures of one run. Members are only
// ever added; whatever changes the meaning of one raises `version`. Times are in milliseconds, rates in
// queries a second.
//
//   intended = sent + unsent      sent = answered + failed + lost + abandoned

import type { QueryClass } from "./query-class.ts";
import type { Mix } from "./question-picker.ts";
import type { ErrorKind } from "./tally.ts";
import type { Engine } from "./transport.ts";

export const REPORT_VERSION = 1;

/** 0 in all of them when there was nothing to measure. */
export interface Times {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Counts {
  readonly sent: number;
  /** With the right ID, question and rcode, whole, in time. */
  readonly answered: number;
  /** Answered, but wrongly. */
  readonly failed: number;
  /** Not answered in time, or gone with their connection. */
  readonly lost: number;
  /** In flight when the run was stopped by a signal. */
  readonly abandoned: number;
}

export interface BenchStep extends Counts {
  readonly durationMs: number;
  /** null when the rate is the server's to choose. */
  readonly intendedRate: number | null;
  /** null likewise. */
  readonly unsent: number | null;
  /** Right responses a second. */
  readonly goodput: number;
  readonly latencyMs: Times;
}

export interface BenchClass extends Counts {
  readonly latencyMs: Times;
}

export interface HistogramBar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export interface BenchReport {
  readonly version: typeof REPORT_VERSION;
  readonly hermod: string;
  readonly runtime: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly server: string;
  readonly transport: "udp" | "tcp" | "tls" | "https";
  readonly engine: Engine;
  /** open: queries leave at a rate; closed: as soon as fewer than `inFlight` are unanswered. */
  readonly mode: "open" | "closed";
  /** null when open. */
  readonly inFlight: number | null;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly seed: number;
  /** Shares of all queries. */
  readonly mix: Mix;
  /** How long queries left; shorter than asked for when stopped. */
  readonly durationMs: number;
  /** The signal that ended the run early. */
  readonly stoppedBy: string | null;
  /** Questions to be hit that were asked before the measurement; null without. */
  readonly warmUp: Counts | null;
  readonly queries: Counts & { readonly intended: number | null; readonly unsent: number | null };
  /** Responses that were wrong, by kind; those of kind `id` belong to no query. */
  readonly errors: Readonly<Record<ErrorKind, number>>;
  /** Of the responses to our queries. */
  readonly rcodes: Readonly<Record<string, number>>;
  readonly rate: {
    readonly intended: number | null;
    /** What left. */
    readonly achieved: number;
    /** Right responses. */
    readonly goodput: number;
  };
  /** From when a query was to leave until its right response was there. */
  readonly latencyMs: Times;
  readonly histogram: readonly HistogramBar[];
  readonly generator: {
    /** False: the figures show the generator's limit, not the server's. Always true when closed. */
    readonly keptUp: boolean;
    /** How much later than intended queries left. */
    readonly latenessMs: Times;
    /** Of the whole process while it measured, for each query sent, in microseconds. */
    readonly cpuMicrosecondsPerQuery: number;
    /**
     * How much of one core that was while queries left; near 1 under --rate max, the server may be able
     * to do more.
     */
    readonly cpuShare: number;
    /** Queries that the kernel did not take; also counted as lost. */
    readonly sendFailures: number;
    readonly connectionsLost: number;
  };
  /** Those that the mix has. */
  readonly classes: Readonly<Partial<Record<QueryClass, BenchClass>>>;
  /** One without a ramp. */
  readonly steps: readonly BenchStep[];
  /** With --compare. */
  readonly comparison?: Comparison;
}

export interface Comparison {
  readonly file: string;
  /** What the two runs did not have in common, for people. */
  readonly differences: readonly string[];
  /** This run's figure over that of the file; null when that was 0. */
  readonly ratios: Readonly<Record<string, number | null>>;
}
