// Data plane: no allocation after start.
// The clock that all threads share, and that goes on while the machine sleeps: CLOCK_BOOTTIME. A read
// costs no system call and no more than performance.now().

import type { Libc } from "../libc-contract.ts";
import { CLOCK_BOOTTIME } from "./socket-constants.ts";

export class BootClock {
  private readonly libc: Libc;
  /** struct timespec: seconds and nanoseconds, 64 bits each. */
  private readonly timespec: Uint32Array;
  private readonly address: number;

  constructor(libc: Libc) {
    const buffer = new ArrayBuffer(16);
    this.libc = libc;
    this.timespec = new Uint32Array(buffer);
    this.address = libc.addressOf(buffer);
  }

  /** Milliseconds since the machine started, with a fraction. */
  nowMs(): number {
    this.libc.clock_gettime(CLOCK_BOOTTIME, this.address);
    return this.timespec[0]! * 1000 + this.timespec[2]! / 1e6;
  }
}
