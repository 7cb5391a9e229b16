// The upstream of every server under test: an Unbound on the load's core that knows one zone, where each
// name has the same address. It answers over UDP and TCP, over TLS, and over TLS on port 853 as well if it
// can be had, because PowerDNS Recursor speaks TLS to that port alone.

import { createServer } from "node:net";
import { makeAuthority, makeCertificate } from "../../tests/certificates.ts";
import type { Child } from "../../tests/e2e/child-process.ts";
import { freePort } from "../../tests/e2e/free-port.ts";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import { startUnbound, unboundHead } from "../../tests/e2e/unbound.ts";

export const ZONE = "bench.example";
export const ZONE_ADDRESS = "192.0.2.1";
/** In the certificates of the upstream and of the servers under test. */
export const TLS_NAME = "dns.bench.example";

const HOST = "127.0.0.1";
/** A loopback address of its own: 127.0.0.1:853 may be taken. */
const HOST_OF_853 = "127.8.53.1";

export interface TlsFiles {
  readonly caFile: string;
  /** PEM of the authority. */
  readonly ca: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface UpstreamAddresses {
  readonly host: string;
  readonly plainPort: number;
  readonly tlsPort: number;
  /** Serves TLS on port 853; undefined when this process may not bind it. */
  readonly hostOf853: string | undefined;
}

export class BenchUpstream {
  readonly addresses: UpstreamAddresses;
  readonly tls: TlsFiles;
  private readonly child: Child;

  private constructor(child: Child, addresses: UpstreamAddresses, tls: TlsFiles) {
    this.child = child;
    this.addresses = addresses;
    this.tls = tls;
  }

  static async start(): Promise<BenchUpstream> {
    const tls = makeTlsFiles();
    const addresses: UpstreamAddresses = {
      host: HOST,
      plainPort: await freePort(),
      tlsPort: await freePort(),
      hostOf853: (await mayBind(853, HOST_OF_853)) ? HOST_OF_853 : undefined,
    };
    const folder = temporaryFolder();
    const child = await startUnbound(folder, configuration(folder, addresses, tls));
    return new BenchUpstream(child, addresses, tls);
  }

  stop(): Promise<void> {
    return this.child.kill();
  }
}

function makeTlsFiles(): TlsFiles {
  const authority = makeAuthority("Bench authority");
  const server = makeCertificate(authority, { names: [TLS_NAME], addresses: [HOST, HOST_OF_853] });
  return {
    caFile: authority.certificateFile,
    ca: authority.certificate,
    certificateFile: server.certificateFile,
    keyFile: server.keyFile,
  };
}

function mayBind(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function configuration(folder: string, addresses: UpstreamAddresses, tls: TlsFiles): string {
  const { host, plainPort, tlsPort, hostOf853 } = addresses;
  const port853 =
    hostOf853 === undefined ? [] : [`interface: ${hostOf853}@853`, "additional-tls-port: 853"];
  return `${unboundHead(folder)}
  verbosity: 1
  incoming-num-tcp: 1000
  tcp-idle-timeout: 60000
  so-rcvbuf: 0
  interface: ${host}@${plainPort}
  interface: ${host}@${tlsPort}
  tls-port: ${tlsPort}
  ${port853.join("\n  ")}
  tls-service-pem: "${tls.certificateFile}"
  tls-service-key: "${tls.keyFile}"
  local-zone: "${ZONE}." redirect
  local-data: "${ZONE}. 86400 IN A ${ZONE_ADDRESS}"
`;
}
