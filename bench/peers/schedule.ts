// The order of measurements. The machine drifts, so that only neighbours can be compared: Hermod (in the
// ways that are measured) comes first, after every second peer and last, and each peer is compared with
// the Hermod next to it.
//
//   Hermod  peer 1  peer 2  Hermod  peer 3  peer 4  Hermod …

import type { ServerKind } from "./server-kind.ts";

const PEERS_BETWEEN = 2;

export function interleave(own: readonly ServerKind[], peers: readonly ServerKind[]): ServerKind[] {
  const order = [...own];
  for (let i = 0; i < peers.length; i += PEERS_BETWEEN) {
    order.push(...peers.slice(i, i + PEERS_BETWEEN), ...own);
  }
  return order;
}
