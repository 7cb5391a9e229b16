// Tells the log what upstreams fail of, once in a while for each: a certificate that does not match or
// a port that nobody listens at is for the operator to mend, and a flood of lines would hide it.

import { monotonicMs } from "../clock/monotonic.ts";
import type { UpstreamFault, UpstreamObserver } from "../upstream/contract.ts";
import type { Log } from "./log.ts";

const PAUSE_MS = 30_000;

export class UpstreamLog implements UpstreamObserver {
  private readonly counters: UpstreamObserver;
  private readonly log: Log;
  /** By URL: what was told last, and until when the same is not told again. */
  private readonly told: Map<string, { reason: string; untilMs: number }> = new Map();

  /** `counters` hears of everything. */
  constructor(counters: UpstreamObserver, log: Log) {
    this.counters = counters;
    this.log = log;
  }

  asked(url: string, reused: boolean): void {
    this.counters.asked(url, reused);
  }

  answered(url: string, latencyMs: number): void {
    this.counters.answered(url, latencyMs);
    if (this.told.size > 0 && this.told.delete(url)) this.log.info(`upstream ${url} answers again`);
  }

  failed(url: string, fault: UpstreamFault, reason: string): void {
    this.counters.failed(url, fault, reason);
    // Ends of idle connections and single silent queries are everyday matters.
    if (fault !== "connect") return;
    const told = this.told.get(url);
    const nowMs = monotonicMs();
    if (told !== undefined && told.reason === reason && nowMs < told.untilMs) return;
    this.told.set(url, { reason, untilMs: nowMs + PAUSE_MS });
    this.log.warn(`upstream ${url} can't be reached: ${reason}`);
  }
}
