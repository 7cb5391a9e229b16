// Data plane: no allocation after start.
// What has come of the queries. Each one that left ends as exactly one of: answered rightly, failed
// (answered wrongly), lost, or abandoned when the run is stopped.

import { LatencyHistogram } from "./latency-histogram.ts";
import { QUERY_CLASSES } from "./query-class.ts";

/**
 * What can be wrong with a response. `id`: nobody asked for it: its ID is wrong, it came twice or too
 * late; it ends no query. All others end the query with a failure.
 */
export const ERROR_KINDS = ["id", "question", "rcode", "malformed", "truncated", "http"] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export const ERROR = { id: 0, question: 1, rcode: 2, malformed: 3, truncated: 4, http: 5 } as const;

/** Of one step of the schedule, or of one class of queries. */
export class TallyRow {
  sent = 0;
  answered = 0;
  failed = 0;
  lost = 0;
  abandoned = 0;
  /** From when a query was to leave until its right response was there. */
  readonly latency: LatencyHistogram = new LatencyHistogram();
}

export class Tally {
  readonly steps: readonly TallyRow[];
  /** As in QUERY_CLASSES. */
  readonly classes: readonly TallyRow[] = QUERY_CLASSES.map(() => new TallyRow());
  /** As in ERROR_KINDS. */
  readonly errors: Float64Array = new Float64Array(ERROR_KINDS.length);
  /** By the rcode of the header, of responses to a query of ours. */
  readonly rcodes: Float64Array = new Float64Array(16);
  /** How much later than intended queries left. */
  readonly lateness: LatencyHistogram = new LatencyHistogram();
  sent = 0;
  answered = 0;
  failed = 0;
  lost = 0;
  abandoned = 0;

  constructor(stepCount: number) {
    this.steps = Array.from({ length: stepCount }, () => new TallyRow());
  }

  countSent(step: number, queryClass: number, lateMs: number): void {
    this.sent++;
    this.steps[step]!.sent++;
    this.classes[queryClass]!.sent++;
    this.lateness.record(lateMs);
  }

  countAnswered(step: number, queryClass: number, latencyMs: number): void {
    const stepRow = this.steps[step]!;
    const classRow = this.classes[queryClass]!;
    this.answered++;
    stepRow.answered++;
    classRow.answered++;
    stepRow.latency.record(latencyMs);
    classRow.latency.record(latencyMs);
  }

  countFailed(step: number, queryClass: number, error: number): void {
    this.failed++;
    this.steps[step]!.failed++;
    this.classes[queryClass]!.failed++;
    this.errors[error]!++;
  }

  countLost(step: number, queryClass: number): void {
    this.lost++;
    this.steps[step]!.lost++;
    this.classes[queryClass]!.lost++;
  }

  countAbandoned(step: number, queryClass: number): void {
    this.abandoned++;
    this.steps[step]!.abandoned++;
    this.classes[queryClass]!.abandoned++;
  }

  /** Of all steps together; a copy. */
  latency(): LatencyHistogram {
    const all = new LatencyHistogram();
    for (const { latency } of this.steps) all.add(latency);
    return all;
  }
}
