// The questions that have been asked upstream and not yet answered: one entry a question, however
// many clients wait (CVE-2025-5994: identical queries in flight would invite a birthday attack).

import type { CacheKey } from "../cache/cache-key.ts";
import { monotonicSeconds } from "../clock/monotonic.ts";
import type { Waiter } from "./waiter.ts";

/** The qname's offset in a cache key's bytes: behind its two words. */
const QNAME = 8;

/** One question on its way. */
export class InFlight {
  /** The cache key's words, all of them; a copy. */
  readonly keyWords: Uint32Array;
  readonly hash: number;
  /** In lower-case wire form. */
  readonly qname: Uint8Array;
  readonly qtype: number;
  readonly qclass: number;
  /** As resolver/question-key makes them. */
  readonly flags: number;
  readonly askedSeconds: number = monotonicSeconds();
  /** Those who wait still. */
  readonly waiters: Set<Waiter> = new Set();
  /** Next entry with the same hash. */
  next: InFlight | undefined;

  constructor(key: CacheKey) {
    const words = key.words.slice(0, key.wordCount);
    this.keyWords = words;
    this.hash = key.hash;
    this.qtype = words[0]! >>> 16;
    this.qclass = words[0]! & 0xffff;
    this.flags = words[1]! & 0xffffff;
    this.qname = key.bytes.slice(QNAME, QNAME + (words[1]! >>> 24));
  }

  has(key: CacheKey): boolean {
    const words = this.keyWords;
    if (words.length !== key.wordCount) return false;
    for (let i = 0; i < words.length; i++) if (words[i] !== key.words[i]) return false;
    return true;
  }
}

export class InFlightTable {
  private readonly byHash: Map<number, InFlight> = new Map();

  find(key: CacheKey): InFlight | undefined {
    let entry = this.byHash.get(key.hash);
    while (entry !== undefined && !entry.has(key)) entry = entry.next;
    return entry;
  }

  add(key: CacheKey): InFlight {
    const entry = new InFlight(key);
    entry.next = this.byHash.get(entry.hash);
    this.byHash.set(entry.hash, entry);
    return entry;
  }

  remove(entry: InFlight): void {
    const first = this.byHash.get(entry.hash);
    if (first === entry) this.removeFirst(entry);
    else unlink(first, entry);
  }

  private removeFirst(entry: InFlight): void {
    if (entry.next === undefined) this.byHash.delete(entry.hash);
    else this.byHash.set(entry.hash, entry.next);
  }
}

function unlink(first: InFlight | undefined, entry: InFlight): void {
  let before = first;
  while (before !== undefined && before.next !== entry) before = before.next;
  if (before !== undefined) before.next = entry.next;
}
