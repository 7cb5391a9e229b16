// Data plane: no allocation after start.
// The queries that are in flight on one socket or connection, in the order in which they left, and by
// their message IDs. IDs are a counter scrambled one to one: each of the 65,536 comes once before any
// comes again, and a neighbour's is never near.
//
//   slots   ── head ▸ oldest … newest ◂ next ──    slot = counter mod capacity

const IDS = 0x10000;
const ID_MASK = IDS - 1;
/** Odd, so that it has an inverse modulo 2¹⁶. */
const SCRAMBLE = 0x9e37;
const UNSCRAMBLE = inverse(SCRAMBLE);
const FREE = -1;

export class InFlight {
  /** Picks, FREE where nothing is in flight. */
  private readonly picks: Int32Array;
  private readonly ids: Uint16Array;
  private readonly intendedMs: Float64Array;
  private readonly sentMs: Float64Array;
  private readonly steps: Uint8Array;
  private readonly mask: number;
  private readonly salt: number;
  /** Counters; only their differences count. */
  private head = 0;
  private next = 0;
  /** How many are in flight. */
  count = 0;

  /** `capacity` is a power of two, at most 65,536; `salt` makes the first ID. */
  constructor(capacity: number, salt: number) {
    this.picks = new Int32Array(capacity).fill(FREE);
    this.ids = new Uint16Array(capacity);
    this.intendedMs = new Float64Array(capacity);
    this.sentMs = new Float64Array(capacity);
    this.steps = new Uint8Array(capacity);
    this.mask = capacity - 1;
    this.salt = salt & ID_MASK;
  }

  /** Whether the oldest query still holds the place that the next one needs. */
  get isFull(): boolean {
    return this.picks[this.next & this.mask] !== FREE;
  }

  /** Takes in a query that leaves now; returns its ID. Not when it is full. */
  add(pick: number, intendedMs: number, nowMs: number, step: number): number {
    const slot = this.next & this.mask;
    // The oldest has been answered, and nobody has looked for it since.
    if (this.next - this.head > this.mask) this.head++;
    const id = (Math.imul(this.next, SCRAMBLE) + this.salt) & ID_MASK;
    this.picks[slot] = pick;
    this.ids[slot] = id;
    this.intendedMs[slot] = intendedMs;
    this.sentMs[slot] = nowMs;
    this.steps[slot] = step;
    this.next++;
    this.count++;
    return id;
  }

  /** The slot of the query with this ID; −1 when none is in flight. */
  find(id: number): number {
    const slot = Math.imul(id - this.salt, UNSCRAMBLE) & this.mask;
    return this.picks[slot] !== FREE && this.ids[slot] === id ? slot : -1;
  }

  pick(slot: number): number {
    return this.picks[slot]!;
  }

  intended(slot: number): number {
    return this.intendedMs[slot]!;
  }

  step(slot: number): number {
    return this.steps[slot]!;
  }

  remove(slot: number): void {
    this.picks[slot] = FREE;
    this.count--;
  }

  /** The slot of the oldest query, when it left before `beforeMs`; −1 otherwise. */
  oldest(beforeMs: number): number {
    while (this.head !== this.next && this.picks[this.head & this.mask] === FREE) this.head++;
    if (this.head === this.next) return -1;
    const slot = this.head & this.mask;
    return this.sentMs[slot]! < beforeMs ? slot : -1;
  }
}

/** Of an odd number, modulo 2¹⁶; each round doubles the bits that are right. */
function inverse(odd: number): number {
  let found = odd;
  for (let bits = 3; bits < 16; bits *= 2) found = Math.imul(found, 2 - Math.imul(odd, found));
  return found & ID_MASK;
}
