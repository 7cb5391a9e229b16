// The questions that have been asked upstream and not yet answered: one entry a question, however
// many clients wait (CVE-2025-5994: identical queries in flight would invite a birthday attack).

import type { CacheKey } from "../cache/cache-key.ts";
import { monotonicSeconds } from "../clock/monotonic.ts";
import { copyOf } from "../wire/copy-bytes.ts";
import type { Waiter } from "./waiter.ts";
import { WaiterQueue } from "./waiter-queue.ts";

/** The qname's offset in a cache key's bytes: behind its two words. */
const QNAME = 8;
/** A power of two, about as many as are in flight at once. */
const BUCKETS = 1024;

/** One question on its way. */
export class InFlight {
  readonly hash: number;
  /** In lower-case wire form. */
  readonly qname: Uint8Array;
  readonly qtype: number;
  readonly qclass: number;
  /** As resolver/question-key makes them. */
  readonly flags: number;
  readonly askedSeconds: number;
  /** The search for its answer has begun. */
  isAsked = false;
  /** Those who wait still. */
  readonly waiters: WaiterQueue<Waiter> = new WaiterQueue();
  /** Next entry of the same bucket. */
  next: InFlight | undefined;

  constructor(key: CacheKey, nowSeconds: number = monotonicSeconds()) {
    const { bytes, hash, words } = key;
    this.hash = hash;
    this.qtype = words[0]! >>> 16;
    this.qclass = words[0]! & 0xffff;
    this.flags = words[1]! & 0xffffff;
    this.qname = copyOf(bytes, QNAME, words[1]! >>> 24);
    this.askedSeconds = nowSeconds;
  }

  has({ bytes, hash, words }: CacheKey): boolean {
    const { flags, qclass, qname, qtype } = this;
    if (hash !== this.hash || ((qtype << 16) | qclass) !== (words[0]! | 0)) return false;
    if (((qname.length << 24) | flags) !== (words[1]! | 0)) return false;
    for (let i = 0; i < qname.length; i++) if (qname[i] !== bytes[QNAME + i]) return false;
    return true;
  }
}

export class InFlightTable {
  private readonly buckets: (InFlight | undefined)[] = Array(BUCKETS).fill(undefined);

  find(key: CacheKey): InFlight | undefined {
    let entry = this.buckets[bucketOf(key.hash)];
    while (entry !== undefined && !entry.has(key)) entry = entry.next;
    return entry;
  }

  add(key: CacheKey, nowSeconds: number): InFlight {
    const entry = new InFlight(key, nowSeconds);
    const bucket = bucketOf(entry.hash);
    entry.next = this.buckets[bucket];
    this.buckets[bucket] = entry;
    return entry;
  }

  remove(entry: InFlight): void {
    const bucket = bucketOf(entry.hash);
    const first = this.buckets[bucket];
    if (first === entry) this.buckets[bucket] = entry.next;
    else unlink(first, entry);
  }
}

function bucketOf(hash: number): number {
  return hash & (BUCKETS - 1);
}

function unlink(first: InFlight | undefined, entry: InFlight): void {
  let before = first;
  while (before !== undefined && before.next !== entry) before = before.next;
  if (before !== undefined) before.next = entry.next;
}
