// Several listeners on one port, of which one gets what is new. Without help the kernel spreads new
// connections over all of them, by a hash, and what a listener has not accepted when it closes is lost.

import type { Endpoint } from "./contract.ts";

/** "tcp": what listens; "udp": what is bound. */
export type PortKind = "tcp" | "udp";

/** Listeners are any objects that stand for them. All calls happen on one thread. */
export interface SharedPort {
  /** To be called right after a listener was opened; nothing new comes to it once steer() was called. */
  joined(listener: object): void;
  /** To be called right after a listener has closed, so that the others' order is known. */
  left(): void;
  /** Whether the listener still has its socket. False as well where that can't be known. */
  has(listener: object): boolean;
  /**
   * From now on new connections go to `fresh`; of QUIC packets those that belong to connections go to
   * `known`. False when the kernel goes on to spread them.
   */
  steer(fresh: object, known?: object): boolean;
}

export type OpenSharedPort = (local: Endpoint, kind: PortKind) => SharedPort;
