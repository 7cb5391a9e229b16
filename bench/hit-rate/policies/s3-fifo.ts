// S3-FIFO: a small queue (10 %) for what is new, a main queue for what was asked for more than once in
// it, and a ghost queue of what the small one let go, which enters the main one when it comes again.
// J. Yang, Y. Zhang, Z. Qiu, Y. Yue, K. V. Rashmi: FIFO queues are all you need for cache eviction.
// SOSP 2023, algorithm 1.

import { IdList } from "./id-list.ts";
import type { CacheSize, Policy } from "./policy.ts";

const SMALL_SHARE = 0.1;
const MAX_FREQUENCY = 3;

export class S3Fifo implements Policy {
  private readonly capacity: number;
  private readonly sizes: Int32Array;
  private readonly small: IdList;
  private readonly main: IdList;
  private readonly ghost: IdList;
  /** Hits since the id entered its queue. */
  private readonly frequency: Uint8Array;

  constructor({ capacity, sizes }: CacheSize) {
    this.capacity = capacity;
    this.sizes = sizes;
    this.small = new IdList(sizes);
    this.main = new IdList(sizes);
    this.ghost = new IdList(sizes);
    this.frequency = new Uint8Array(sizes.length);
  }

  request(id: number): boolean {
    if (this.small.has(id) || this.main.has(id)) {
      this.frequency[id] = Math.min(this.frequency[id]! + 1, MAX_FREQUENCY);
      return true;
    }
    const size = this.sizes[id]!;
    if (size > this.capacity) return false;
    while (this.small.used + this.main.used + size > this.capacity) this.evict();
    if (this.ghost.remove(id)) this.main.push(id);
    else this.small.push(id);
    this.frequency[id] = 0;
    return false;
  }

  private evict(): void {
    const isSmallFull = this.small.used >= SMALL_SHARE * this.capacity;
    if (this.small.count > 0 && (isSmallFull || this.main.count === 0)) this.evictSmall();
    else this.evictMain();
  }

  private evictSmall(): void {
    while (this.small.count > 0) {
      const id = this.small.shift();
      if (this.frequency[id]! <= 1) return this.remember(id);
      this.main.push(id);
      this.frequency[id] = 0;
      if (this.main.used > (1 - SMALL_SHARE) * this.capacity) this.evictMain();
    }
  }

  private evictMain(): void {
    while (this.main.count > 0) {
      const id = this.main.shift();
      if (this.frequency[id] === 0) return;
      this.frequency[id]!--;
      this.main.push(id);
    }
  }

  /** The ghost queue holds names, as many as would fill the main queue. */
  private remember(id: number): void {
    this.ghost.push(id);
    while (this.ghost.used > (1 - SMALL_SHARE) * this.capacity) this.ghost.shift();
  }
}
