// SIEVE: a queue that hits do not reorder, and a hand that goes from the tail to the head and around:
// it spares what was visited since it last came by, and evicts the first that was not.
// Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi: SIEVE is simpler than LRU: an efficient
// turn-key eviction algorithm for web caches. NSDI 2024, algorithm 1.

import { IdList } from "./id-list.ts";
import type { CacheSize, Policy } from "./policy.ts";

const NONE = -1;

export class Sieve implements Policy {
  private readonly capacity: number;
  private readonly sizes: Int32Array;
  private readonly ids: IdList;
  private readonly visited: Uint8Array;
  private hand: number = NONE;

  constructor({ capacity, sizes }: CacheSize) {
    this.capacity = capacity;
    this.sizes = sizes;
    this.ids = new IdList(sizes);
    this.visited = new Uint8Array(sizes.length);
  }

  request(id: number): boolean {
    if (this.ids.has(id)) {
      this.visited[id] = 1;
      return true;
    }
    const size = this.sizes[id]!;
    while (this.ids.count > 0 && this.ids.used + size > this.capacity) this.evict();
    if (size > this.capacity) return false;
    this.ids.push(id);
    this.visited[id] = 0;
    return false;
  }

  private evict(): void {
    const { ids, visited } = this;
    let at = this.hand === NONE ? ids.tail : this.hand;
    while (visited[at] !== 0) {
      visited[at] = 0;
      const newer = ids.newerThan(at);
      at = newer === NONE ? ids.tail : newer;
    }
    this.hand = ids.newerThan(at);
    ids.remove(at);
  }
}
