// Makes sure that nobody else listens at an endpoint. A listener that is to change over to another
// certificate shares its port, and so would share it with a stranger without a word: the port is bound
// for itself alone first.

import type { Endpoint, Runtime } from "../runtime/contract.ts";

const HANDLER = { open(): void {}, data(): void {}, drain(): void {}, close(): void {} };

/** The endpoint, with the port that the kernel chose for 0. Throws a HermodError, as Runtime.listen(). */
export function claimEndpoint(runtime: Runtime, local: Endpoint): Endpoint {
  const contextFor = (): undefined => undefined;
  const listener = runtime.listen({ local, reusePort: false, contextFor }, HANDLER);
  listener.stop();
  return listener.local;
}
