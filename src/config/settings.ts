// What the settings are once they are read: plain values in the units that the code works with,
// frozen in shape. Whoever has a Settings may rely on every range that schema.ts states.

import type { ClientAddressHeader } from "../listener/client-address-headers.ts";
import type { UdpEngine } from "../listener/udp-engines.ts";
import type { Endpoint } from "./parse-endpoint.ts";
import type { Network } from "./parse-network.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";

export interface Settings {
  readonly listen: {
    /** UDP and TCP; at least one. */
    readonly dns: readonly Endpoint[];
    readonly dot: readonly Endpoint[];
    readonly doh: readonly Endpoint[];
    /** HTTP without TLS, for trusted proxies. */
    readonly dohPlain: readonly Endpoint[];
    /** Loopback. */
    readonly admin: Endpoint;
  };
  readonly udp: {
    readonly engine: UdpEngine;
    /** Of the batched engine; 0 for one less than there are cores, but at least one. */
    readonly threadCount: number;
  };
  /** Threads for TCP, DoT and DoH; 0: the main thread serves them. */
  readonly streamThreadCount: number;
  /** PEM files; without them a certificate for development is made. */
  readonly certificate: { readonly certificateFile: string; readonly keyFile: string } | undefined;
  readonly proxy: {
    readonly trusted: readonly Network[];
    readonly clientAddressHeader: ClientAddressHeader | undefined;
    /** Trusted proxies begin TCP connections with the PROXY protocol. */
    readonly protocol: boolean;
  };
  readonly upstream: {
    /** In the order in which they are asked; each has passed parseUpstreamUrl(); at least one. */
    readonly servers: readonly string[];
    /** Trust anchors for tls:// upstreams in PEM, in place of the system's. */
    readonly caPem: string | undefined;
  };
  readonly cache: {
    readonly capacityBytes: number;
    readonly minTtlSeconds: number;
    readonly maxTtlSeconds: number;
    readonly maxNegativeTtlSeconds: number;
  };
  readonly access: {
    readonly allow: readonly Network[];
  };
  readonly limits: {
    readonly connections: number;
    readonly connectionsPerClient: number;
    readonly idleTimeoutMs: number;
    readonly messageTimeoutMs: number;
    readonly waitersPerQuestion: number;
    readonly waitersPerClient: number;
    readonly resolveTimeoutMs: number;
  };
  readonly log: {
    readonly level: LogLevel;
  };
  /** Optimisations that are on; one is turned off only to measure what it is worth. */
  readonly experimental: Experimental;
}

export interface Experimental {
  readonly batching: boolean;
  readonly socketBuffers: boolean;
  readonly paddedRows: boolean;
  readonly finishedResponses: boolean;
  readonly wordCopies: boolean;
  readonly joinedResponses: boolean;
  readonly dohBesideRouter: boolean;
  readonly cacheSegments: boolean;
  readonly negativeCaching: boolean;
  readonly nameCompression: boolean;
  readonly querySharing: boolean;
  readonly joinedQueries: boolean;
  readonly pipelining: boolean;
  readonly connectionReuse: boolean;
  readonly sessionResumption: boolean;
}
