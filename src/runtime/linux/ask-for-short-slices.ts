// Asks the kernel for short slices of CPU time, so that the thread runs soon after a datagram wakes it,
// whatever else the core is busy with. It gets no more time than its share, only smaller pieces of it
// sooner. Nothing but the calling thread changes; where the kernel refuses, nothing does.

import type { Libc } from "../libc-contract.ts";
import { readSchedule, type Schedule } from "./schedule.ts";

/** The shortest that Linux grants. */
export const SLICE_NS = 100_000;

/** Threads that this one starts (the runtime's own, for compiling and collecting) get none of it. */
const RESET_ON_FORK = 1;

/** Policies that share the CPU fairly: SCHED_OTHER, SCHED_BATCH. Others have no slice to shorten. */
const FAIR_POLICIES: readonly number[] = [0, 3];

/**
 * For the calling thread. False when the kernel refuses, or runs the thread by a policy without such
 * slices. Linux before 6.12 takes it and does nothing.
 */
export function askForShortSlices(libc: Libc): boolean {
  const schedule: Schedule | undefined = readSchedule(libc, 0);
  if (schedule === undefined || !FAIR_POLICIES.includes(schedule.policy)) return false;
  schedule.flags |= RESET_ON_FORK;
  schedule.sliceNs = SLICE_NS;
  return schedule.apply(libc);
}
