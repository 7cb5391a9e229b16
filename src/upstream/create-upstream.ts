// Makes the group of upstreams that the settings name. No connection is made before the first query.

import { timers } from "../clock/timing-wheel.ts";
import type { Runtime } from "../runtime/contract.ts";
import type { Upstream, UpstreamGroup, UpstreamObserver } from "./contract.ts";
import { FailoverGroup } from "./failover-group.ts";
import { parseUpstreamUrl } from "./parse-upstream-url.ts";
import { ALL_HABITS, type StreamHabits } from "./stream-habits.ts";
import { StreamUpstream } from "./stream-upstream.ts";
import { UdpUpstream } from "./udp-upstream.ts";

export interface CreateUpstreamOptions {
  /** URLs in the order in which they are asked; at least one. */
  readonly servers: readonly string[];
  /** Trust anchors for TLS, PEM, in place of the system's. */
  readonly ca: string | undefined;
  readonly runtime: Runtime;
  readonly observer: UpstreamObserver;
  /** Of connections over TCP and TLS; by default all of them. */
  readonly habits?: StreamHabits;
}

/** Throws a HermodError with the code UPSTREAM_URL. */
export function createUpstream(options: CreateUpstreamOptions): UpstreamGroup {
  const upstreams = options.servers.map((server) => createMember(server, options));
  return new FailoverGroup(upstreams, timers);
}

function createMember(server: string, parts: CreateUpstreamOptions): Upstream {
  const { ca, habits = ALL_HABITS, observer, runtime } = parts;
  const { scheme, host, port, authenticationName, url } = parseUpstreamUrl(server);
  const options = { url, remote: { host, port }, runtime, timers, observer };
  if (scheme === "udp") return new UdpUpstream(options);
  if (scheme === "tcp") return new StreamUpstream({ ...options, habits });
  const tls = { authenticationName, alpn: ["dot"] };
  return new StreamUpstream({ ...options, habits, tls: ca === undefined ? tls : { ...tls, ca } });
}
