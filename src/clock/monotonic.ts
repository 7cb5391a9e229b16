// The one clock of the process: it only goes forward, whatever happens to the time of day.
// Never compared with another process's, nor with Date.now().

/** Milliseconds since the process began, with a fraction. */
export function monotonicMs(): number {
  return performance.now();
}

/** Whole seconds of the same clock, plus one: 0 can stand for "never". */
export function monotonicSeconds(): number {
  return Math.floor(performance.now() / 1000) + 1;
}
