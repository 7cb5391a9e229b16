// The one clock of the process: it only goes forward, whatever happens to the time of day, and what one
// thread writes down another can compare. Never compared with another process's, nor with Date.now().
//
// Each thread's performance.now() begins when the thread does, and stands still while the machine
// sleeps. So as soon as there is a clock that all threads share, all follow it, from one origin; until
// then, and on the main thread where there is none, it is performance.now().

/** A clock that every thread reads alike; it goes on while the machine sleeps. */
export interface SharedClock {
  /** Milliseconds, with a fraction, since a moment before the process began. */
  nowMs(): number;
}

export class MonotonicClock {
  private shared: SharedClock | undefined;
  private originMs = 0;

  /** Milliseconds since the main thread began, with a fraction. */
  nowMs(): number {
    return this.shared === undefined ? performance.now() : this.shared.nowMs() - this.originMs;
  }

  /** Whole seconds of the same clock, plus one: 0 can stand for "never". */
  seconds(): number {
    return wholeSeconds(this.nowMs());
  }

  /**
   * Goes on by `shared` without a step, and returns what other threads are to take as `originMs`: what
   * `shared` said when the main thread began. Who follows one already stays with it.
   */
  follow(shared: SharedClock, originMs?: number): number {
    if (this.shared !== undefined) return this.originMs;
    // What passes between the two readings makes the clock late by as much; it can't go back.
    const ownMs = performance.now();
    this.originMs = originMs ?? shared.nowMs() - ownMs;
    this.shared = shared;
    return this.originMs;
  }
}

/** What MonotonicClock.seconds() says at `nowMs`. */
export function wholeSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000) + 1;
}

/** This thread's. */
export const clock: MonotonicClock = new MonotonicClock();

/** Milliseconds since the main thread began, with a fraction. */
export function monotonicMs(): number {
  return clock.nowMs();
}

/** Whole seconds of the same clock, plus one: 0 can stand for "never". */
export function monotonicSeconds(): number {
  return clock.seconds();
}
