// What carries the load to the server and the responses back.

import type { Traffic } from "./traffic.ts";

export type Engine = "batched" | "portable" | "stream" | "http2";

export interface Transport {
  readonly engine: Engine;
  /** Queries that could not leave the machine: the kernel had no room for them. Counted as lost, too. */
  readonly sendFailures: number;
  /** Connections that were open and ended under the load. */
  readonly connectionsLost: number;
  /**
   * Runs the traffic to its end; nothing is in flight then. Ends early, with what is in flight
   * abandoned, once the traffic is stopped. Runs may follow each other.
   */
  run(traffic: Traffic): Promise<void>;
  close(): void;
}

/** How long a connection may take, with its TLS handshake. */
export const CONNECT_TIMEOUT_MS = 5000;
/** After that one that has ended is made again. */
export const RECONNECT_MS = 100;
/** Of queries in flight, over all connections. */
const TOTAL_CAPACITY = 1 << 20;
const MIN_CAPACITY = 1 << 10;
const MAX_CAPACITY = 1 << 16;

/** How many queries can be in flight on each of so many connections: a power of two. */
export function laneCapacity(connections: number): number {
  const share = 2 ** Math.floor(Math.log2(TOTAL_CAPACITY / connections));
  return Math.max(MIN_CAPACITY, Math.min(MAX_CAPACITY, share));
}

/** A first message ID. */
export function randomSalt(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}
