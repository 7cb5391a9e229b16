// Other resolvers that forward to Hermod over TLS and verify its name: Unbound, Knot Resolver, stubby.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { programPath } from "./programs.ts";
import { ask, type ProgramResponse } from "./query-programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { unboundHead } from "./unbound.ts";

const START_TIMEOUT_MS = 20_000;

export const FORWARDERS = ["unbound", "kresd", "stubby"] as const;
export type ForwarderProgram = (typeof FORWARDERS)[number];

/** Where it forwards to. */
export interface ForwardTarget {
  readonly port: number;
  /** What the certificate must name. */
  readonly name: string;
  readonly caFile: string;
}

interface Place {
  /** In this place for its configuration and whatever else it writes. */
  readonly folder: string;
  readonly port: number;
  readonly target: ForwardTarget;
}

export class Forwarder {
  readonly port: number;
  private readonly child: Child;

  private constructor(child: Child, port: number) {
    this.child = child;
    this.port = port;
  }

  static async start(program: ForwarderProgram, target: ForwardTarget): Promise<Forwarder> {
    const port = await freePort();
    const place: Place = { folder: temporaryFolder(), port, target };
    return new Forwarder(new Child(programPath(program), PARAMETERS[program](place)), port);
  }

  /** Asks until it is up and answers, whatever it answers. */
  async ask(question: string): Promise<ProgramResponse> {
    const end = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const response = await ask("kdig", this.port, `${question} +timeout=1`);
      if (response.status !== "") return response;
      if (Date.now() > end || this.child.exit !== undefined) {
        throw this.child.failure("does not answer");
      }
      await delay(100);
    }
  }

  kill(): Promise<void> {
    return this.child.kill();
  }
}

/** Writes the configuration and returns the parameters that name it. */
const PARAMETERS: Readonly<Record<ForwarderProgram, (place: Place) => string[]>> = {
  unbound: (place) => ["-d", "-p", "-c", writeConfiguration(place, unboundConfiguration(place))],
  kresd: (place) => {
    return ["-n", "-q", "-c", writeConfiguration(place, kresdConfiguration(place)), place.folder];
  },
  stubby: (place) => ["-C", writeConfiguration(place, stubbyConfiguration(place))],
};

function writeConfiguration({ folder }: Place, text: string): string {
  const file = join(folder, "forwarder.yml");
  writeFileSync(file, text);
  return file;
}

function unboundConfiguration({ folder, port, target }: Place): string {
  return `${unboundHead(folder)}
  interface: 127.0.0.1@${port}
  do-not-query-localhost: no
  tls-cert-bundle: "${target.caFile}"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${target.port}#${target.name}
  forward-tls-upstream: yes
`;
}

function kresdConfiguration({ folder, port, target }: Place): string {
  return `net.ipv6 = false
net.listen('127.0.0.1', ${port}, { kind = 'dns' })
cache.open(10 * MB, 'lmdb://${folder}')
trust_anchors.remove('.')
policy.add(policy.all(policy.TLS_FORWARD({
  { '127.0.0.1@${target.port}', hostname = '${target.name}', ca_file = '${target.caFile}' },
})))
`;
}

function stubbyConfiguration({ port, target }: Place): string {
  return `resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list:
  - GETDNS_TRANSPORT_TLS
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_ca_file: "${target.caFile}"
tls_query_padding_blocksize: 128
idle_timeout: 10000
listen_addresses:
  - 127.0.0.1@${port}
upstream_recursive_servers:
  - address_data: 127.0.0.1
    tls_port: ${target.port}
    tls_auth_name: "${target.name}"
`;
}
