// Hermod as its users start it, from its sources on the runtime that runs this, or as the single binary.
// One UDP thread, as many as the peers have.

import packageJson from "../../../package.json" with { type: "json" };
import { HERMOD_COMMAND } from "../../../tests/e2e/runtime-command.ts";
import { TLS_NAME } from "../bench-upstream.ts";
import { FEW_ENTRIES, MAX_CONNECTIONS, type Place, type ServerKind } from "../server-kind.ts";
import { writeIn } from "../server-kind.ts";

export const hermod: ServerKind = kindOf("hermod", "Hermod", HERMOD_COMMAND);

/** `path` of what `bun run build` makes. */
export function hermodBinary(path: string): ServerKind {
  return kindOf("hermod-binary", "Hermod's binary", [path]);
}

function kindOf(
  id: "hermod" | "hermod-binary",
  name: string,
  [program, ...first]: readonly [string, ...string[]],
): ServerKind {
  return {
    id,
    name,
    program,
    versionParameters: [...first, "--version"],
    versionPattern: /(\d+\.\d+\S*)/,
    cannot: {},
    answers: true,
    environment: variablesIn(packageJson.scripts.start),
    command: (place) => [
      ...[program, ...first, "serve"],
      ...["--config", writeIn(place, "hermod.yaml", configuration(place))],
    ],
    heldBytes,
  };
}

/** What a line of shell sets for the commands in it: `A=1 B=2 program`. */
export function variablesIn(line: string): Record<string, string> {
  const found = line.matchAll(/(?:^| )([A-Z]\w*)=(\S+)(?= )/g);
  return Object.fromEntries(Array.from(found, ([, name, value]) => [name!, value!]));
}

async function heldBytes({ adminPort }: Place): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return Number(/^hermod_cache_bytes (\d+)$/m.exec(text)?.[1] ?? NaN);
}

function configuration(place: Place): string {
  const { dnsPort, dohPort, dotPort, forwardsOverTls, maxEntries, tls, upstream } = place;
  const server = forwardsOverTls
    ? `tls://${upstream.host}:${upstream.tlsPort}#${TLS_NAME}`
    : `udp://${upstream.host}:${upstream.plainPort}`;
  return `listen:
  dns: ["127.0.0.1:${dnsPort}"]
  dot: ["127.0.0.1:${dotPort}"]
  doh: ["127.0.0.1:${dohPort}"]
  admin: "127.0.0.1:${place.adminPort}"
upstream:
  servers: ["${server}"]
  ca: "${tls.caFile}"
udp: {threads: 1}
tls:
  certificate: "${tls.certificateFile}"
  key: "${tls.keyFile}"
cache: {size: ${maxEntries > FEW_ENTRIES ? "512MiB" : "64MiB"}}
limits: {connections: ${MAX_CONNECTIONS}, connectionsPerClient: ${MAX_CONNECTIONS}, idleTimeout: 10m}
log: {level: warn}
`;
}
