// What the load benchmarks share: a Hermod of their own, fed with one name that it answers from memory.

import { readFileSync } from "node:fs";
import { type Certificate, makeSelfSigned } from "../../tests/certificates.ts";
import { freePort } from "../../tests/e2e/free-port.ts";
import { Hermod } from "../../tests/e2e/hermod-process.ts";

export interface Started {
  readonly hermod: Hermod;
  readonly tls: Certificate;
}

export async function startHermod(connections: number): Promise<Started> {
  const tls = makeSelfSigned({ names: ["localhost"], addresses: ["127.0.0.1"] });
  const hermod = await Hermod.start({
    tls,
    upstreams: [`udp://127.0.0.1:${await freePort()}`],
    config: `limits: {connections: ${connections}, connectionsPerClient: ${connections}, idleTimeout: 10m}\n`,
  });
  return { hermod, tls };
}

/** Resident memory of a process, in bytes. Linux. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
