// Which way of sharing ports this platform has: steered by the kernel on Linux, through the C library;
// elsewhere the kernel spreads connections as it likes.

import { HermodError } from "../errors.ts";
import { loadLibc } from "./libc.ts";
import { ReuseportGroup } from "./linux/reuseport-group.ts";
import type { OpenSharedPort, SharedPort } from "./shared-port.ts";

const SPREAD: SharedPort = { joined() {}, left() {}, has: () => false, steer: () => false };

/** The kernel spreads connections over all that share the port. */
export const spreadPorts: OpenSharedPort = () => SPREAD;

export async function loadSharedPorts(): Promise<OpenSharedPort> {
  try {
    const libc = await loadLibc();
    return (local, kind) => new ReuseportGroup(libc, local, kind);
  } catch (error) {
    if (error instanceof HermodError && error.code === "LIBC_UNAVAILABLE") return spreadPorts;
    throw error;
  }
}
