// The offline optimum: knows the whole trace, keeps what is asked for soonest, and lets go of what is
// asked for last or never, be it what was asked for just now. With one size for all no policy can have
// more hits; with several sizes it is a heuristic, as the optimum is then NP-hard to find.
// L. A. Belady: A study of replacement algorithms for a virtual-storage computer. IBM Systems Journal
// 5(2), 1966.

import type { CacheSize, Policy } from "./policy.ts";

const NEVER = 0x7fffffff;

export class OfflineOptimum implements Policy {
  private readonly capacity: number;
  private readonly sizes: Int32Array;
  private readonly trace: Int32Array;
  /** By position in the trace: where the same id comes next. */
  private readonly nextUse: Int32Array;
  private readonly isCached: Uint8Array;
  /**
   * A heap of positions where cached ids come next, the last on top. Positions that have passed sink
   * below those still to come, so what is on top always belongs to a cached id.
   */
  private readonly heap: Int32Array;
  private heapCount = 0;
  private used = 0;
  private position = 0;

  /** The requests must then be those of `trace`, in its order. */
  constructor({ capacity, sizes }: CacheSize, trace: Int32Array) {
    this.capacity = capacity;
    this.sizes = sizes;
    this.trace = trace;
    this.nextUse = findNextUses(trace, sizes.length);
    this.isCached = new Uint8Array(sizes.length);
    this.heap = new Int32Array(trace.length);
  }

  request(id: number): boolean {
    const isHit = this.isCached[id] === 1;
    const next = this.nextUse[this.position++]!;
    if (!isHit) this.put(id);
    if (next === NEVER) this.take(id);
    else this.push(next);
    while (this.used > this.capacity) this.take(this.trace[this.pop()]!);
    return isHit;
  }

  private put(id: number): void {
    this.isCached[id] = 1;
    this.used += this.sizes[id]!;
  }

  private take(id: number): void {
    this.isCached[id] = 0;
    this.used -= this.sizes[id]!;
  }

  private push(value: number): void {
    const { heap } = this;
    let at = this.heapCount++;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]! < value; up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = value;
  }

  private pop(): number {
    const { heap } = this;
    const top = heap[0]!;
    const count = --this.heapCount;
    const value = heap[count]!;
    let at = 0;
    for (let down = 1; down < count; down = 2 * at + 1) {
      if (down + 1 < count && heap[down + 1]! > heap[down]!) down++;
      if (heap[down]! <= value) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = value;
    return top;
  }
}

function findNextUses(trace: Int32Array, idCount: number): Int32Array {
  const nextUse = new Int32Array(trace.length);
  const seen = new Int32Array(idCount).fill(NEVER);
  for (let position = trace.length - 1; position >= 0; position--) {
    const id = trace[position]!;
    nextUse[position] = seen[id]!;
    seen[id] = position;
  }
  return nextUse;
}
