// Segmented LRU as the textbook has it, over Maps, which keep their order: every hit moves its entry at
// once. All entries count as one.

const PROTECTED_SHARE = 0.8;

export class TextbookSlru {
  private readonly capacity: number;
  private readonly probation: Set<number> = new Set();
  private readonly protected: Set<number> = new Set();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Whether `id` was there; it is now. */
  request(id: number): boolean {
    if (this.protected.delete(id)) {
      this.protected.add(id);
      return true;
    }
    if (!this.probation.delete(id)) {
      this.probation.add(id);
      if (this.probation.size + this.protected.size > this.capacity) takeOldest(this.probation);
      return false;
    }
    this.protected.add(id);
    if (this.protected.size > PROTECTED_SHARE * this.capacity) {
      this.probation.add(takeOldest(this.protected));
    }
    return true;
  }
}

function takeOldest(segment: Set<number>): number {
  const oldest = segment.values().next().value!;
  segment.delete(oldest);
  return oldest;
}
