// Runs the code itself, not a model of it, on small shared memory in every order of its steps. A thread
// is a function; each of its Atomics is a step, before which any other thread may go on.
//
// A function can't stop half way, so it is run from its beginning for each step: what it read before is
// given to it again from a log, up to where it was. Between two steps no order has to be tried, because
// plain accesses of two threads to one word must not race: of each two, one must happen before the
// other (a store by Atomics before what follows the load that reads it), or the run fails. Where code
// means to race, its memory is named, and there each plain access is a step as well.

import assert from "node:assert/strict";

export interface Experiment {
  /** All that threads share. */
  readonly buffers: readonly ArrayBuffer[];
  /** Of those: with words whose plain accesses may race. */
  readonly racing?: readonly ArrayBuffer[];
  /** Each makes its own views of the buffers, has no state from before, and always does the same. */
  readonly threads: readonly (() => unknown)[];
  /** Looks at the memory, and at what the threads returned, when all are done. */
  readonly finish?: (returned: readonly unknown[]) => void;
  /** The control: Atomics are then no more than plain accesses. */
  readonly withoutAtomics?: boolean;
}

const MAX_STATES = 500_000;
const VIEWS = ["Int32Array", "Uint32Array", "Uint8Array"] as const;
const PAUSE = new Error("before the next step");

type View = Int32Array | Uint32Array | Uint8Array;

/** When each thread last did what to a word; times are its own. */
type Accesses = Record<"plainRead" | "plainWrite" | "atomicRead" | "atomicWrite", number[]>;

interface Word {
  readonly accesses: Accesses;
  /** What had happened before the last store by Atomics. */
  released: number[] | undefined;
}

interface ThreadState {
  /** Results of the accesses so far. */
  log: number[];
  /** Up to which time it knows what each thread did. */
  clock: number[];
  isDone: boolean;
  returned?: unknown;
}

interface State {
  readonly memory: Uint8Array[];
  readonly words: Map<string, Word>;
  readonly threads: ThreadState[];
  /** Threads, in the order of their steps. */
  readonly schedule: readonly number[];
}

/** Throws what a thread or `finish` throws, with the order that led there. Returns the states met. */
export function inEveryOrder(experiment: Experiment): number {
  const seen = new Set<string>();
  const waiting = [firstState(experiment)];
  const machine = new Machine(experiment);
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (seen.size > MAX_STATES) throw new Error("too many orders: make the experiment smaller");
    if (state.threads.every(({ isDone }) => isDone)) machine.finish(state);
    for (const [thread, { isDone }] of state.threads.entries()) {
      if (isDone) continue;
      const next = machine.step(state, thread);
      const key = JSON.stringify([next.threads, next.memory.map(String), [...next.words]]);
      if (seen.has(key)) continue;
      seen.add(key);
      waiting.push(next);
    }
  }
  return seen.size;
}

function firstState({ buffers, threads }: Experiment): State {
  return {
    memory: buffers.map((buffer) => new Uint8Array(buffer).slice()),
    words: new Map(),
    threads: threads.map((_, i) => {
      return { log: [], clock: threads.map((_, j) => (i === j ? 1 : 0)), isDone: false };
    }),
    schedule: [],
  };
}

class Machine {
  private readonly experiment: Experiment;
  private state!: State;
  private current = 0;
  /** Accesses of this run so far, those from the log among them. */
  private done = 0;
  private mayStep = false;
  private readonly targets = new WeakMap<object, View>();

  constructor(experiment: Experiment) {
    this.experiment = experiment;
  }

  step(from: State, thread: number): State {
    this.state = { ...structuredClone(from), schedule: [...from.schedule, thread] };
    this.current = thread;
    this.done = 0;
    this.mayStep = true;
    this.restore();
    const mine = this.state.threads[thread]!;
    try {
      mine.returned = this.withOwnGlobals(this.experiment.threads[thread]!);
      mine.isDone = true;
    } catch (error) {
      if (error !== PAUSE) throw this.explain(error);
    }
    this.experiment.buffers.forEach((buffer, i) => {
      this.state.memory[i]!.set(new Uint8Array(buffer));
    });
    return this.state;
  }

  finish(state: State): void {
    this.state = state;
    this.restore();
    try {
      this.experiment.finish?.(state.threads.map(({ returned }) => returned));
    } catch (error) {
      throw this.explain(error);
    }
  }

  private restore(): void {
    this.experiment.buffers.forEach((buffer, i) => {
      new Uint8Array(buffer).set(this.state.memory[i]!);
    });
  }

  private explain(error: unknown): Error {
    const text = error instanceof Error ? error.message : String(error);
    return new Error(`${text} (threads in this order: ${this.state.schedule})`, { cause: error });
  }

  private withOwnGlobals(run: () => unknown): unknown {
    const globals = globalThis as unknown as Record<string, unknown>;
    const former = { ...Object.fromEntries(VIEWS.map((name) => [name, globals[name]])), Atomics };
    for (const name of VIEWS) globals[name] = this.watchedConstructor(globalThis[name]);
    globals["Atomics"] = this.steppedAtomics();
    try {
      return run();
    } finally {
      Object.assign(globals, former);
    }
  }

  /** Makes views that tell of each access, where they are of memory that is shared. */
  private watchedConstructor(constructor: object): object {
    return new Proxy(constructor, {
      construct: (target, [first, ...rest]) => {
        const made = Reflect.construct(target as typeof Int32Array, [first, ...rest]);
        return this.experiment.buffers.includes(first) ? this.watched(made) : made;
      },
    });
  }

  private watched(view: View): View {
    const proxy = new Proxy(view, {
      get: (target, name) => {
        if (typeof name !== "string" || !/^\d+$/.test(name))
          return Reflect.get(target, name, target);
        return this.access(target, Number(name), "plainRead", () => target[Number(name)]!);
      },
      set: (target, name, value) => {
        this.access(target, Number(name), "plainWrite", () => (target[Number(name)] = value));
        return true;
      },
    });
    this.targets.set(proxy, view);
    return proxy;
  }

  private steppedAtomics(): object {
    const target = (view: View): View => this.targets.get(view) ?? view;
    return {
      load: (view: View, index: number) => {
        return this.access(target(view), index, "atomicRead", () => target(view)[index]!);
      },
      store: (view: View, index: number, value: number) => {
        this.access(target(view), index, "atomicWrite", () => (target(view)[index] = value));
        return value;
      },
    };
  }

  private access(view: View, index: number, kind: keyof Accesses, perform: () => number): number {
    const { log } = this.state.threads[this.current]!;
    if (this.done < log.length) return log[this.done++]!;
    const { racing = [], withoutAtomics = false } = this.experiment;
    const mayRace = racing.includes(view.buffer as ArrayBuffer);
    if (kind.startsWith("atomic") || mayRace) this.takeStep();
    const byte = view.byteOffset + index * view.BYTES_PER_ELEMENT;
    const buffer = this.experiment.buffers.indexOf(view.buffer as ArrayBuffer);
    const word = this.word(`${buffer}:${byte >> 2}`);
    const seenAs = withoutAtomics ? plainOf(kind) : kind;
    if (!mayRace) this.checkRace(word, seenAs, `word ${byte >> 2} of buffer ${buffer}`);
    this.synchronize(word, seenAs);
    const value = perform();
    log.push(value);
    this.done++;
    return value;
  }

  private takeStep(): void {
    if (!this.mayStep) throw PAUSE;
    this.mayStep = false;
  }

  private word(place: string): Word {
    const { threads, words } = this.state;
    const never = (): number[] => threads.map(() => 0);
    const accesses = (): Accesses => ({
      plainRead: never(),
      plainWrite: never(),
      atomicRead: never(),
      atomicWrite: never(),
    });
    if (!words.has(place)) words.set(place, { accesses: accesses(), released: undefined });
    return words.get(place)!;
  }

  /** Each earlier access by another thread that could disturb this one must have happened before it. */
  private checkRace({ accesses }: Word, kind: keyof Accesses, where: string): void {
    const { clock } = this.state.threads[this.current]!;
    for (const other of DISTURBED_BY[kind]) {
      accesses[other].forEach((time, thread) => {
        const isBefore = time <= clock[thread]!;
        assert.ok(isBefore, `a race: thread ${thread} and thread ${this.current} at ${where}`);
      });
    }
    accesses[kind][this.current] = clock[this.current]!;
  }

  private synchronize(word: Word, kind: keyof Accesses): void {
    const { clock } = this.state.threads[this.current]!;
    if (kind === "atomicRead") {
      word.released?.forEach((time, i) => (clock[i] = Math.max(clock[i]!, time)));
    }
    if (kind !== "atomicWrite") return;
    word.released = [...clock];
    clock[this.current]!++;
  }
}

const DISTURBED_BY: Readonly<Record<keyof Accesses, readonly (keyof Accesses)[]>> = {
  plainRead: ["plainWrite", "atomicWrite"],
  plainWrite: ["plainRead", "plainWrite", "atomicRead", "atomicWrite"],
  atomicRead: ["plainWrite"],
  atomicWrite: ["plainRead", "plainWrite"],
};

function plainOf(kind: keyof Accesses): keyof Accesses {
  return kind === "atomicRead" || kind === "plainRead" ? "plainRead" : "plainWrite";
}
