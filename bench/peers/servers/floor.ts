// The floor: a C program that only takes datagrams and sends them back, compiled when it is started.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { requireProgram } from "../find-program.ts";
import { WORKLOADS, type Workload } from "../results.ts";
import type { ServerKind } from "../server-kind.ts";

const SOURCE: string = join(import.meta.dirname, "floor.c");
const others = WORKLOADS.filter((workload) => workload !== "udp");
const ONLY_UDP = Object.fromEntries(
  others.map((workload) => [workload, "only sends datagrams back"]),
) as Partial<Record<Workload, string>>;

export const floor: ServerKind = {
  id: "floor",
  name: "C floor",
  program: "gcc",
  versionParameters: ["--version"],
  versionPattern: /(\d+\.\d+\.\d+)$/m,
  cannot: ONLY_UDP,
  answers: false,
  command: ({ dnsPort, folder }) => {
    const program = join(folder, "floor");
    execFileSync(requireProgram("gcc"), ["-O2", "-Wall", "-Werror", "-o", program, SOURCE]);
    return [program, String(dnsPort)];
  },
};
