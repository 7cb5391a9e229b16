// Least recently used: every request moves its id to the head, the tail goes.
// R. L. Mattson, J. Gecsei, D. R. Slutz, I. L. Traiger: Evaluation techniques for storage hierarchies.
// IBM Systems Journal 9(2), 1970.

import { IdList } from "./id-list.ts";
import type { CacheSize, Policy } from "./policy.ts";

export class Lru implements Policy {
  private readonly capacity: number;
  private readonly ids: IdList;

  constructor({ capacity, sizes }: CacheSize) {
    this.capacity = capacity;
    this.ids = new IdList(sizes);
  }

  request(id: number): boolean {
    const isHit = this.ids.remove(id);
    this.ids.push(id);
    while (this.ids.used > this.capacity) this.ids.shift();
    return isHit;
  }
}
