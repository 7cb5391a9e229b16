// Data plane: no allocation after start.
// Counts of times in log-linear buckets: below 128 µs each microsecond has its own, above that each
// power of two is cut into 128 equal parts, so that whatever is read out is at most 1/128 too high.

const PART_BITS = 7;
const PARTS = 1 << PART_BITS;
/** About 35 minutes; what is longer counts as this. */
const MAX_US = 0x7fffffff;
const BUCKETS = bucketOf(MAX_US) + 1;

export class LatencyHistogram {
  /** How many times were recorded. */
  count = 0;
  sumMs = 0;
  minMs: number = Infinity;
  maxMs = 0;
  private readonly counts: Float64Array = new Float64Array(BUCKETS);

  /** Below 0 counts as 0. */
  record(ms: number): void {
    const us = ms * 1000;
    this.counts[bucketOf(us < MAX_US ? (us > 0 ? us | 0 : 0) : MAX_US)]!++;
    this.count++;
    this.sumMs += ms;
    if (ms < this.minMs) this.minMs = ms;
    if (ms > this.maxMs) this.maxMs = ms;
  }

  add(other: LatencyHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.counts[i]! += other.counts[i]!;
    this.count += other.count;
    this.sumMs += other.sumMs;
    if (other.minMs < this.minMs) this.minMs = other.minMs;
    if (other.maxMs > this.maxMs) this.maxMs = other.maxMs;
  }

  get meanMs(): number {
    return this.count === 0 ? 0 : this.sumMs / this.count;
  }

  /** In milliseconds, the time that `share` (0 to 1) of all stay at or below; 0 when there are none. */
  percentile(share: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.counts[i]!;
      if (seen >= rank) return Math.min(bucketEndUs(i) / 1000, this.maxMs);
    }
    return this.maxMs;
  }

  /** How many are from `fromMs` on and below `toMs`, each bucket by where it begins. */
  countBetween(fromMs: number, toMs: number): number {
    let found = 0;
    for (let i = 0; i < BUCKETS; i++) {
      const startMs = bucketStartUs(i) / 1000;
      if (startMs >= fromMs && startMs < toMs) found += this.counts[i]!;
    }
    return found;
  }
}

function bucketOf(us: number): number {
  if (us < PARTS) return us;
  const shift = 31 - Math.clz32(us) - PART_BITS;
  return (shift << PART_BITS) + (us >>> shift);
}

function bucketStartUs(bucket: number): number {
  if (bucket < PARTS) return bucket;
  const shift = (bucket >>> PART_BITS) - 1;
  return ((bucket & (PARTS - 1)) + PARTS) * 2 ** shift;
}

/** The first microsecond after it. */
function bucketEndUs(bucket: number): number {
  return bucketStartUs(bucket + 1);
}
