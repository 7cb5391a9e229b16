// Hermod with one Unbound behind it, over TLS: the main job end to end.

import { makeAuthority, makeCertificate } from "../certificates.ts";
import { Hermod } from "./hermod-process.ts";
import { Unbound } from "./unbound.ts";

/** In the upstream's certificate. */
export const UPSTREAM_NAME = "dns.e2e.example";

export class ResolverPair {
  readonly unbound: Unbound;
  readonly hermod: Hermod;

  private constructor(unbound: Unbound, hermod: Hermod) {
    this.unbound = unbound;
    this.hermod = hermod;
  }

  static async start(): Promise<ResolverPair> {
    const authority = makeAuthority();
    const tls = makeCertificate(authority, { names: [UPSTREAM_NAME] });
    const unbound = await Unbound.start({ tls, logQueries: true });
    const hermod = await Hermod.start({
      upstreams: [tlsUrl(unbound)],
      upstreamCa: authority.certificateFile,
    });
    return new ResolverPair(unbound, hermod);
  }

  async stop(): Promise<void> {
    await this.hermod.stop();
    await this.unbound.kill();
  }
}

/** The URL of `unbound` over TLS, by the name in its certificate unless told otherwise. */
export function tlsUrl(unbound: Unbound, name: string = UPSTREAM_NAME): string {
  return `tls://127.0.0.1:${unbound.ports.tls}#${name}`;
}
