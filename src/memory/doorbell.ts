// How threads wake one that sleeps in its event loop. The cell is 1 while it sleeps or is about to;
// whoever has published work takes it to 0 and, if it was 1, wakes the sleeper.
//
// No work is left lying: the sleeper stores 1 and looks for work once more, those who ring publish
// work and then look at the cell, and Atomics have one total order. Either the sleeper's last look
// comes after the publication and finds the work, or the ringer finds the 1.

/** Bytes of a doorbell's cell. */
export const DOORBELL_BYTES = 4;
const AWAKE = 0;
const ASLEEP = 1;

/** Rings once for all that was published before. For any thread, any number of them. */
export function ringDoorbell(cell: Int32Array): void {
  if (Atomics.exchange(cell, 0, AWAKE) === ASLEEP) Atomics.notify(cell, 0);
}

/** Resolves when there may be work; at once if `hasWork` says so. For the one thread that sleeps. */
export async function awaitDoorbell(cell: Int32Array, hasWork: () => boolean): Promise<void> {
  Atomics.store(cell, 0, ASLEEP);
  if (hasWork()) {
    Atomics.store(cell, 0, AWAKE);
    return;
  }
  await Atomics.waitAsync(cell, 0, ASLEEP).value;
}
