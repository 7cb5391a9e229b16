// Makes sure that nobody else listens at some endpoints. Listeners that are to change over to another
// certificate, or that are on several threads, share their ports, and so would share them with a
// stranger without a word: the ports are bound for themselves alone first.

import type { Endpoint, Runtime, StreamListener } from "../runtime/contract.ts";

const HANDLER = { open(): void {}, data(): void {}, drain(): void {}, close(): void {} };

/** The endpoints, with the ports that the kernel chose for 0. Throws a HermodError, as Runtime.listen(). */
export function claimEndpoints(runtime: Runtime, endpoints: readonly Endpoint[]): Endpoint[] {
  const contextFor = (): undefined => undefined;
  const claimed: StreamListener[] = [];
  try {
    // All at once, or the kernel could choose the same port for two of them.
    for (const local of endpoints) {
      claimed.push(runtime.listen({ local, reusePort: false, contextFor }, HANDLER));
    }
    return claimed.map(({ local }) => local);
  } finally {
    for (const listener of claimed) listener.stop();
  }
}
