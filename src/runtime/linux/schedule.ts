// How the kernel schedules a thread: struct sched_attr, read and written as a whole, so that what is
// not touched stays as it was.
//
//   word 0 size, 1 policy, 2–3 flags, 4 nice, 5 priority, 6–7 runtime (the slice), 8–11 deadline, period

import process from "node:process";
import type { Libc } from "../libc-contract.ts";

const WORDS = 12;
const BYTES = WORDS * 4;
const WORD = { size: 0, policy: 1, flags: 2, nice: 4, slice: 6 } as const;

/** Debian 12's C library has no functions for these. */
const SYSTEM_CALLS = process.arch === "arm64" ? { set: 274, get: 275 } : { set: 314, get: 315 };

export class Schedule {
  readonly threadId: number;
  private readonly words: Int32Array<ArrayBuffer>;

  constructor(threadId: number, words: Int32Array<ArrayBuffer>) {
    this.threadId = threadId;
    this.words = words;
  }

  get policy(): number {
    return this.words[WORD.policy]!;
  }

  get nice(): number {
    return this.words[WORD.nice]!;
  }

  get flags(): number {
    return this.words[WORD.flags]!;
  }

  set flags(flags: number) {
    this.words[WORD.flags] = flags;
  }

  /** 0 where the kernel does not tell (before 6.12). */
  get sliceNs(): number {
    return this.words[WORD.slice]!;
  }

  set sliceNs(sliceNs: number) {
    this.words[WORD.slice] = sliceNs;
    this.words[WORD.slice + 1] = 0;
  }

  /** False when the kernel refuses. */
  apply(libc: Libc): boolean {
    this.words[WORD.size] = BYTES;
    return (
      libc.syscall(SYSTEM_CALLS.set, this.threadId, libc.addressOf(this.words.buffer), 0, 0) === 0
    );
  }
}

/** Of a thread by its id; 0: the calling one. Undefined when there is none, or the kernel refuses. */
export function readSchedule(libc: Libc, threadId: number): Schedule | undefined {
  const words = new Int32Array(WORDS);
  const address = libc.addressOf(words.buffer);
  if (libc.syscall(SYSTEM_CALLS.get, threadId, address, BYTES, 0) < 0) return undefined;
  return new Schedule(threadId, words);
}
