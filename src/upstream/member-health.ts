// How one member of a group is doing: how fast it answers, and whether it is to be asked before or
// after the others. A member that has failed several times in a row is ailing: it is asked last, and
// tried again on the side, less and less often, until it answers.

const AILING_FAILURES = 3;
const FIRST_PROBE_MS = 1000;
const MAX_PROBE_MS = 30_000;
/** How long to wait before the next member is asked as well. */
const MIN_PATIENCE_MS = 200;
const MAX_PATIENCE_MS = 1000;
const FIRST_PATIENCE_MS = 400;
const PATIENCE_LATENCIES = 4;
/** Weight of the latest latency, as TCP's (RFC 6298 §2). */
const SMOOTHING = 1 / 8;

export class MemberHealth {
  /** 0 until the first answer. */
  private smoothedLatencyMs = 0;
  private failures = 0;
  private probeDelayMs: number = FIRST_PROBE_MS;
  private probeAtMs = 0;

  get isAiling(): boolean {
    return this.failures >= AILING_FAILURES;
  }

  /** How long this member is waited for before the next is asked as well. */
  get patienceMs(): number {
    if (this.smoothedLatencyMs === 0) return FIRST_PATIENCE_MS;
    const patienceMs = PATIENCE_LATENCIES * this.smoothedLatencyMs;
    return Math.min(Math.max(patienceMs, MIN_PATIENCE_MS), MAX_PATIENCE_MS);
  }

  /** True when that made it well again. */
  succeeded(latencyMs: number): boolean {
    const wasAiling = this.isAiling;
    const last = this.smoothedLatencyMs;
    this.smoothedLatencyMs = last === 0 ? latencyMs : last + (latencyMs - last) * SMOOTHING;
    this.failures = 0;
    this.probeDelayMs = FIRST_PROBE_MS;
    return wasAiling;
  }

  /** True when that was one failure too many. */
  failed(nowMs: number): boolean {
    this.failures++;
    if (this.failures !== AILING_FAILURES) return false;
    this.probeAtMs = nowMs + this.probeDelayMs;
    return true;
  }

  /** Whether to try it on the side now; when so, the next time is further off. */
  takeProbe(nowMs: number): boolean {
    if (!this.isAiling || nowMs < this.probeAtMs) return false;
    this.probeDelayMs = Math.min(2 * this.probeDelayMs, MAX_PROBE_MS);
    this.probeAtMs = nowMs + this.probeDelayMs;
    return true;
  }
}
