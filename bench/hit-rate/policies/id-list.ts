// A doubly linked list of ids, each in it once at most: the queue that every policy here is made of.
// New ids enter at the head; `used` is the sum of the sizes of what is in it.

const NONE = -1;
const ABSENT = -2;

export class IdList {
  /** In the unit of `sizes`. */
  used = 0;
  /** Ids in the list. */
  count = 0;
  /** The id that entered last, or −1. */
  head: number = NONE;
  /** The id that entered first, or −1. */
  tail: number = NONE;
  private readonly sizes: Int32Array;
  private readonly newer: Int32Array;
  private readonly older: Int32Array;

  constructor(sizes: Int32Array) {
    this.sizes = sizes;
    this.newer = new Int32Array(sizes.length).fill(ABSENT);
    this.older = new Int32Array(sizes.length);
  }

  has(id: number): boolean {
    return this.newer[id] !== ABSENT;
  }

  /** The id that entered after this one, or −1. */
  newerThan(id: number): number {
    return this.newer[id]!;
  }

  /** `id` must not be in the list. */
  push(id: number): void {
    this.newer[id] = NONE;
    this.older[id] = this.head;
    if (this.head === NONE) this.tail = id;
    else this.newer[this.head] = id;
    this.head = id;
    this.count++;
    this.used += this.sizes[id]!;
  }

  /** False if it was not there. */
  remove(id: number): boolean {
    const newer = this.newer[id]!;
    if (newer === ABSENT) return false;
    const older = this.older[id]!;
    if (newer === NONE) this.head = older;
    else this.older[newer] = older;
    if (older === NONE) this.tail = newer;
    else this.newer[older] = newer;
    this.newer[id] = ABSENT;
    this.count--;
    this.used -= this.sizes[id]!;
    return true;
  }

  /** Takes out the tail and returns it. The list must not be empty. */
  shift(): number {
    const id = this.tail;
    this.remove(id);
    return id;
  }
}
