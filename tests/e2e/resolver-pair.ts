// Hermod with one Unbound behind it, over TLS: the main job end to end. Where it serves TLS itself, one
// authority has signed both certificates.

import {
  type Authority,
  type Certificate,
  makeAuthority,
  makeCertificate,
} from "../certificates.ts";
import { Hermod } from "./hermod-process.ts";
import { Unbound } from "./unbound.ts";

/** In the upstream's certificate. */
export const UPSTREAM_NAME = "dns.e2e.example";

/** In Hermod's own certificate, beside 127.0.0.1. */
export const HERMOD_NAME = "hermod.e2e.example";

export interface PairOptions {
  /** Hermod serves DNS over TLS and over HTTPS as well. */
  readonly encrypted?: boolean;
  /** As HermodOptions has it. */
  readonly config?: string;
  /** As UnboundOptions has it. */
  readonly localData?: readonly string[];
}

export class ResolverPair {
  readonly authority: Authority;
  /** Hermod's, when it is encrypted; makeHermodCertificate() makes another. */
  readonly tls: Certificate;
  readonly unbound: Unbound;
  readonly hermod: Hermod;

  private constructor(authority: Authority, tls: Certificate, unbound: Unbound, hermod: Hermod) {
    this.authority = authority;
    this.tls = tls;
    this.unbound = unbound;
    this.hermod = hermod;
  }

  static async start(options: PairOptions = {}): Promise<ResolverPair> {
    const { config, encrypted = false, localData = [] } = options;
    const authority = makeAuthority();
    const upstreamTls = makeCertificate(authority, { names: [UPSTREAM_NAME] });
    const tls = makeHermodCertificate(authority);
    const unbound = await Unbound.start({ tls: upstreamTls, logQueries: true, localData });
    const hermod = await Hermod.start({
      upstreams: [tlsUrl(unbound)],
      upstreamCa: authority.certificateFile,
      ...(encrypted && { tls }),
      ...(config !== undefined && { config }),
    });
    return new ResolverPair(authority, tls, unbound, hermod);
  }

  async stop(): Promise<void> {
    await this.hermod.stop();
    await this.unbound.kill();
  }
}

export function makeHermodCertificate(authority: Authority, days = 30): Certificate {
  return makeCertificate(authority, { names: [HERMOD_NAME], addresses: ["127.0.0.1"], days });
}

/** The URL of `unbound` over TLS, by the name in its certificate unless told otherwise. */
export function tlsUrl(unbound: Unbound, name: string = UPSTREAM_NAME): string {
  return `tls://127.0.0.1:${unbound.ports.tls}#${name}`;
}
