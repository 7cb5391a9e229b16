// Runs small models of threads in every order there is. A thread is a generator that yields before
// each access to what is shared; a condition that it yields must hold before it goes on.

export type Step = undefined | (() => boolean);
export type Thread = Generator<Step, void, void>;

export interface Model {
  readonly threads: readonly Thread[];
  /** Throws when the outcome is wrong. */
  finish(): void;
}

const MAX_SCHEDULES = 2_000_000;

/** Throws what the model throws, or when threads wait for each other. Returns how many orders there are. */
export function explore(make: () => Model): number {
  let prefix: number[] = [];
  for (let schedules = 1; schedules <= MAX_SCHEDULES; schedules++) {
    const { taken, widths } = runOnce(make(), prefix);
    let last = taken.length - 1;
    while (last >= 0 && taken[last]! + 1 >= widths[last]!) last--;
    if (last < 0) return schedules;
    prefix = [...taken.slice(0, last), taken[last]! + 1];
  }
  throw new Error("too many orders: make the model smaller");
}

/** Follows `prefix`, then always the first thread that can go on. */
function runOnce(model: Model, prefix: readonly number[]): { taken: number[]; widths: number[] } {
  const taken: number[] = [];
  const widths: number[] = [];
  const waiting = new Map<Thread, Step>();
  for (const thread of model.threads) advance(thread, waiting);
  while (waiting.size > 0) {
    const ready = [...waiting.keys()].filter((thread) => waiting.get(thread)?.() ?? true);
    if (ready.length === 0) throw new Error(`threads wait for ever after ${taken}`);
    const choice = prefix[taken.length] ?? 0;
    taken.push(choice);
    widths.push(ready.length);
    advance(ready[choice]!, waiting);
  }
  model.finish();
  return { taken, widths };
}

function advance(thread: Thread, waiting: Map<Thread, Step>): void {
  const { done, value } = thread.next();
  if (done === true) waiting.delete(thread);
  else waiting.set(thread, value);
}
