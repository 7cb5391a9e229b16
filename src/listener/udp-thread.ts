// The file that a UDP thread runs: makes its own views of the shared memory and serves until it is
// told to stop. Nothing waits in this thread's event loop, so that it ends when the loop does.

import { clock } from "../clock/monotonic.ts";
import { Counters } from "../memory/counters.ts";
import { EpochReader } from "../memory/epochs.ts";
import { loadLibc } from "../runtime/libc.ts";
import { askForShortSlices } from "../runtime/linux/ask-for-short-slices.ts";
import { BootClock } from "../runtime/linux/boot-clock.ts";
import { threadData } from "../runtime/thread.ts";
import { type AnswererSettings, createAnswerer } from "../resolver/create-answerer.ts";
import { UdpLane, type UdpLaneSettings } from "./udp-lane.ts";
import { UdpLoop } from "./udp-loop.ts";

/** All that a thread is told; can be sent to it. */
export interface UdpThreadSettings {
  readonly lanes: readonly UdpLaneSettings[];
  readonly answerer: AnswererSettings;
  /** Its row of the cache's epochs. */
  readonly reader: number;
  /** memory/counters: its row, in a buffer of its own. */
  readonly counters: ArrayBufferLike;
  /** For MonotonicClock.follow(). */
  readonly clockOriginMs: number;
  /** One word each: see UdpLoopParts; `running` becomes 1 when the thread serves. */
  readonly stopFlag: Int32Array;
  readonly doorbell: Int32Array;
  readonly running: Int32Array;
}

const settings = threadData() as UdpThreadSettings;
const { answerer, clockOriginMs, doorbell, lanes, reader, running, stopFlag } = settings;
const libc = await loadLibc();
askForShortSlices(libc);
clock.follow(new BootClock(libc), clockOriginMs);
const loop = new UdpLoop({
  libc,
  lanes: lanes.map((lane) => new UdpLane(libc, lane)),
  answerer: createAnswerer(answerer),
  counters: new Counters(settings.counters),
  epochs: new EpochReader(answerer.cache.epochs, reader, answerer.cache.lineWords),
  clock,
  stopFlag,
  doorbell,
});
Atomics.store(running, 0, 1);
Atomics.notify(running, 0);
loop.run();
