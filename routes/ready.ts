// /ready: whether queries would be answered now. A load balancer asks this.

import type { Handler } from "hono";

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in a few words; empty when ready. */
  readonly reason: string;
}

export function ready(readiness: () => Readiness): Handler {
  return (c) => {
    const { ready: isReady, reason } = readiness();
    return isReady ? c.json({ ready: true }) : c.json({ ready: false, reason }, 503);
  };
}
