// Debian's Unbound as an upstream: over UDP and TCP on one port, over TLS and HTTPS on others.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { programPath } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { MANY, MANY_ADDRESS, ZONE, zoneFile } from "./zone.ts";

const START_TIMEOUT_MS = 20_000;

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface UnboundOptions {
  /** Serves TLS and HTTPS as well. */
  readonly tls?: CertificateFiles;
  /** Ports to take over from one that has stopped; by default free ones. */
  readonly ports?: UnboundPorts;
  /** Records besides the zone's, in presentation format. */
  readonly localData?: readonly string[];
  /** Prints each query to its log; costs time. */
  readonly logQueries?: boolean;
}

export interface UnboundPorts {
  readonly plain: number;
  readonly tls: number;
  readonly https: number;
}

export class Unbound {
  readonly ports: UnboundPorts;
  private readonly child: Child;

  private constructor(child: Child, ports: UnboundPorts) {
    this.child = child;
    this.ports = ports;
  }

  static async start(options: UnboundOptions = {}): Promise<Unbound> {
    const ports = options.ports ?? (await freePorts());
    const folder = temporaryFolder();
    writeFileSync(join(folder, "zone"), zoneFile());
    return new Unbound(await startUnbound(folder, configuration(folder, ports, options)), ports);
  }

  /** What it logged so far, one query a line when `logQueries` is set. */
  get log(): string {
    return this.child.stderr;
  }

  /** Ends it as kill -9 does: connections break, nothing in flight is answered. */
  kill(): Promise<void> {
    return this.child.kill();
  }
}

/** Resolves once an Unbound with this configuration, which is written to its folder, serves. */
export async function startUnbound(folder: string, configurationText: string): Promise<Child> {
  const configFile = join(folder, "unbound.conf");
  writeFileSync(configFile, configurationText);
  // -d: stays in the foreground; -p: no file with the process id.
  const child = new Child(programPath("unbound"), ["-d", "-p", "-c", configFile]);
  const started = (): boolean => child.stderr.includes("start of service");
  await child.waitUntil(started, "start of service", START_TIMEOUT_MS);
  return child;
}

/**
 * How each Unbound's configuration begins: one thread, as whoever starts it, in its folder alone, without
 * validation. Further lines of the section `server:` may follow.
 */
export function unboundHead(folder: string): string {
  return `remote-control:
  control-enable: no
server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  num-threads: 1
  module-config: "iterator"`;
}

async function freePorts(): Promise<UnboundPorts> {
  return { plain: await freePort(), tls: await freePort(), https: await freePort() };
}

function configuration(folder: string, ports: UnboundPorts, options: UnboundOptions): string {
  const { localData = [], tls } = options;
  const tlsLines = tls && [
    `interface: 127.0.0.1@${ports.tls}`,
    `tls-port: ${ports.tls}`,
    `interface: 127.0.0.1@${ports.https}`,
    `https-port: ${ports.https}`,
    `tls-service-pem: "${tls.certificateFile}"`,
    `tls-service-key: "${tls.keyFile}"`,
  ];
  return `${unboundHead(folder)}
  verbosity: 1
  log-queries: ${options.logQueries ? "yes" : "no"}
  incoming-num-tcp: 200
  tcp-idle-timeout: 30000
  interface: 127.0.0.1@${ports.plain}
  ${tlsLines?.join("\n  ") ?? ""}
  local-zone: "." refuse
  local-zone: "${ZONE}." transparent
  local-zone: "${MANY}." redirect
  local-data: "${MANY}. 300 IN A ${MANY_ADDRESS}"
  ${localData.map((record) => `local-data: '${record}'`).join("\n  ")}
auth-zone:
  name: "${ZONE}."
  zonefile: "${join(folder, "zone")}"
  for-downstream: no
  for-upstream: yes
  fallback-enabled: no
`;
}
