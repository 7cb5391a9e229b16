// Objects that are used again and again, so that a busy path leaves no garbage behind. Whoever gives
// one back holds no reference to it any more.

/** More than this many idle ones are left to the collector. */
const MAX_IDLE = 2048;

export class FreeList<Item> {
  private readonly idle: Item[] = [];
  private readonly make: () => Item;

  constructor(make: () => Item) {
    this.make = make;
  }

  /** An idle one, as it was given back, or a new one. */
  take(): Item {
    return this.idle.pop() ?? this.make();
  }

  give(item: Item): void {
    if (this.idle.length < MAX_IDLE) this.idle.push(item);
  }
}
