// Seeded random numbers, the same on every runtime (xorshift32).

export class Random {
  private state: number;

  /** `seed` from 1 on. */
  constructor(seed: number) {
    this.state = seed | 0 || 1;
  }

  /** 0 to `limit` − 1. */
  below(limit: number): number {
    let state = this.state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state;
    return (state >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}
