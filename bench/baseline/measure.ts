// Measures functions as multiples of the calibration loop: in each round the loop and the function run
// one right after the other, and the median of the rounds counts.

import { Bench } from "tinybench";
import type { HotCase } from "../micro/hot-case.ts";
import { calibrationLoop } from "./calibration.ts";
import { median, type Ratios } from "./ratios.ts";

/** So that the clock's own time does not count. */
const CALLS = 200;
const SLICE_MS = 12;
/** Until the compiler has done all it will: on a busy machine it needs longer. */
const WARM_MS = 400;

export interface NamedCase extends HotCase {
  /** Title and case together. */
  readonly id: string;
}

export function measure(cases: readonly NamedCase[], rounds: number): Ratios {
  const batches = cases.map(({ id, run }) => ({ id, run: repeated(run), found: [] as number[] }));
  for (const { run } of batches) warm(run);
  for (let round = 0; round < rounds; round++) {
    for (const { found, run } of batches) found.push(ratioOf(run));
  }
  return Object.fromEntries(batches.map(({ found, id }) => [id, roundRatio(median(found))]));
}

function warm(batch: () => void): void {
  for (const end = performance.now() + WARM_MS; performance.now() < end;) batch();
}

/** Time of one call over time of one calibration loop. */
function ratioOf(batch: () => void): number {
  const bench = new Bench({ time: SLICE_MS, warmupTime: 2, warmupIterations: 2, throws: true });
  bench.add("loop", calibrationLoop);
  bench.add("batch", batch);
  bench.runSync();
  const [loopMs, batchMs] = bench.tasks.map(({ name, result }) => {
    if (!("latency" in result)) throw new Error(`${name} was not measured`);
    return result.latency.p50;
  });
  return batchMs! / CALLS / loopMs!;
}

/**
 * `CALLS` calls in code of their own: closures of one function share their code, and a call in it that
 * has met many targets is slower than any of them.
 */
function repeated(run: () => unknown): () => void {
  const text = `let last; for (let i = 0; i < ${CALLS}; i++) last = run(); sink.last = last;`;
  const make = new Function("run", "sink", `return () => { ${text} };`) as Make;
  return make(run, sink);
}

type Make = (run: () => unknown, sink: object) => () => void;

/** Where results go, so that no call can be left out. */
const sink: { last: unknown } = { last: undefined };

/** Four significant digits. */
function roundRatio(ratio: number): number {
  return Number(ratio.toPrecision(4));
}
