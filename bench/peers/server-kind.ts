// What a server under test is: how it is configured and started, and what it cannot do. All get the same
// task: one thread, plain forwarding, validation off, a cache for as many responses.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TlsFiles, UpstreamAddresses } from "./bench-upstream.ts";
import type { ServerId, Workload } from "./results.ts";

/** A tenth more than the largest workload asks. */
export const MAX_ENTRIES = 1_100_000;
/** The same for the workload that weighs 100,000 of them. */
export const FEW_ENTRIES = 110_000;
/** Connections that a server must take at once. */
export const MAX_CONNECTIONS = 4000;

export interface Place {
  /** For its configuration and whatever else it writes. */
  readonly folder: string;
  readonly dnsPort: number;
  readonly dotPort: number;
  readonly dohPort: number;
  /** For what serves its own state. */
  readonly adminPort: number;
  readonly tls: TlsFiles;
  readonly upstream: UpstreamAddresses;
  /** Forwards over TLS, else over UDP. */
  readonly forwardsOverTls: boolean;
  /** Responses that the cache must hold: MAX_ENTRIES or FEW_ENTRIES. */
  readonly maxEntries: number;
}

export interface ServerKind {
  readonly id: ServerId;
  readonly name: string;
  /** What must be installed. */
  readonly program: string;
  /** Prints the version to stdout or stderr. */
  readonly versionParameters: readonly string[];
  /** Its first group is the version. */
  readonly versionPattern: RegExp;
  /** Workloads that it cannot do, each with the reason. */
  readonly cannot: Readonly<Partial<Record<Workload, string>>>;
  /** False for what sends each query back as it came. */
  readonly answers: boolean;
  /** Variables that its users start it with, besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Writes the configuration; program and parameters that keep it in the foreground. */
  readonly command: (place: Place) => readonly string[];
  /** Bytes of the responses that it holds, by its own count. */
  readonly heldBytes?: (place: Place) => Promise<number>;
}

/** Writes a file in the server's folder; its path. */
export function writeIn({ folder }: Place, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
