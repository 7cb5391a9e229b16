// The message IDs of one connection. An ID is in flight, free, or resting: after a time-out it is not
// given out again until its late response has come or ten seconds have passed, so that a late
// response never meets another query. Every ID that is not in flight is in exactly one of two rings,
// which hang on a head each; the free one gives out first what has been free longest.
//
//   next/previous:  [ID 0 … capacity − 1] [head of the free ring] [head of the resting ring]

/** How long an ID rests, in milliseconds. */
export const REST_MS = 10_000;
const NONE = -1;

export class MessageIdTable {
  private readonly next: Uint16Array;
  private readonly previous: Uint16Array;
  /** When an ID may be used again; 0 while it does not rest. */
  private readonly restEndMs: Float64Array;
  private readonly free: number;
  private readonly resting: number;

  /** IDs from 0 to `capacity` − 1; at most 65,534. */
  constructor(capacity: number) {
    this.free = capacity;
    this.resting = capacity + 1;
    this.next = new Uint16Array(capacity + 2);
    this.previous = new Uint16Array(capacity + 2);
    this.restEndMs = new Float64Array(capacity);
    this.next[this.resting] = this.previous[this.resting] = this.resting;
    this.next[this.free] = this.previous[this.free] = this.free;
    for (let id = 0; id < capacity; id++) this.append(this.free, id);
  }

  /** An ID that nobody uses; −1 when there is none. */
  take(nowMs: number): number {
    const rested = this.next[this.resting]!;
    if (rested !== this.resting && this.restEndMs[rested]! <= nowMs) this.wake(rested);
    const id = this.next[this.free]!;
    if (id === this.free) return NONE;
    this.unlink(id);
    return id;
  }

  /** The ID's response has come. */
  release(id: number): void {
    this.append(this.free, id);
  }

  /** The ID's response has not come in time. */
  rest(id: number, nowMs: number): void {
    this.restEndMs[id] = nowMs + REST_MS;
    this.append(this.resting, id);
  }

  isResting(id: number): boolean {
    return this.restEndMs[id]! > 0;
  }

  /** A resting ID's late response has come, or its rest is over. */
  wake(id: number): void {
    this.restEndMs[id] = 0;
    this.unlink(id);
    this.append(this.free, id);
  }

  private append(head: number, id: number): void {
    const last = this.previous[head]!;
    this.next[last] = id;
    this.previous[id] = last;
    this.next[id] = head;
    this.previous[head] = id;
  }

  private unlink(id: number): void {
    const before = this.previous[id]!;
    const after = this.next[id]!;
    this.next[before] = after;
    this.previous[after] = before;
  }
}
