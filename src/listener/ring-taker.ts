// Takes what other threads put into rings, in this thread's event loop: while there is something the
// loop gets a turn now and then, and without anything it sleeps on the doorbell.

import { awaitDoorbell, ringDoorbell } from "../memory/doorbell.ts";

/** Records taken from each ring before the event loop gets a turn. */
const TAKE_AT_ONCE = 256;

/** One ring and who takes from it. */
export interface TakenRing {
  readonly isEmpty: boolean;
  /** Takes up to `limit` records. */
  take(limit: number): void;
}

export class RingTaker {
  private readonly doorbell: Int32Array;
  private readonly rings: () => readonly TakenRing[];
  private isClosed = false;

  /** `doorbell`: whoever fills one of the rings rings it; `rings` may be others each time. */
  constructor(doorbell: Int32Array, rings: () => readonly TakenRing[]) {
    this.doorbell = doorbell;
    this.rings = rings;
  }

  /** Resolves after close(); rejects with what a ring throws. */
  async run(): Promise<void> {
    const hasWork = (): boolean => this.isClosed || this.rings().some(({ isEmpty }) => !isEmpty);
    while (!this.isClosed) {
      for (const ring of this.rings()) ring.take(TAKE_AT_ONCE);
      if (hasWork()) await new Promise((resolve) => setImmediate(resolve));
      else await awaitDoorbell(this.doorbell, hasWork);
    }
  }

  close(): void {
    this.isClosed = true;
    ringDoorbell(this.doorbell);
  }
}
