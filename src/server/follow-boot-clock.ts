// The one clock of the process, as soon as there may be other threads: CLOCK_BOOTTIME, where the C
// library can be asked.

import { clock } from "../clock/monotonic.ts";
import { HermodError } from "../errors.ts";
import { loadLibc } from "../runtime/libc.ts";
import { BootClock } from "../runtime/linux/boot-clock.ts";

/** Its origin, for the other threads; undefined where it can't be had. */
export async function followBootClock(): Promise<number | undefined> {
  try {
    return clock.follow(new BootClock(await loadLibc()));
  } catch (error) {
    if (error instanceof HermodError && error.code === "LIBC_UNAVAILABLE") return undefined;
    throw error;
  }
}
