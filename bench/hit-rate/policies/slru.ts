// Segmented LRU, 80 % protected and 20 % on probation: a first hit moves an id from probation to the
// protected segment; what is too much there goes back to the head of probation, whose tail goes.
// R. Karedla, J. S. Love, B. G. Wherry: Caching strategies to improve disk system performance.
// IEEE Computer 27(3), 1994.

import { IdList } from "./id-list.ts";
import type { CacheSize, Policy } from "./policy.ts";

const PROTECTED_SHARE = 0.8;

export class Slru implements Policy {
  private readonly capacity: number;
  private readonly probation: IdList;
  private readonly protected: IdList;

  constructor({ capacity, sizes }: CacheSize) {
    this.capacity = capacity;
    this.probation = new IdList(sizes);
    this.protected = new IdList(sizes);
  }

  request(id: number): boolean {
    const isHit = this.protected.remove(id) || this.probation.remove(id);
    if (isHit) this.protect(id);
    else this.probation.push(id);
    while (this.probation.used + this.protected.used > this.capacity) this.probation.shift();
    return isHit;
  }

  private protect(id: number): void {
    this.protected.push(id);
    while (this.protected.used > PROTECTED_SHARE * this.capacity) {
      this.probation.push(this.protected.shift());
    }
  }
}
