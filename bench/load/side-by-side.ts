// What the load benchmarks share: Hermod and, where it is installed, Unbound, each alone on the server's
// core, one after the other; the load and the upstream are on the other core.

import { median } from "../baseline/ratios.ts";
import { BenchUpstream } from "../peers/bench-upstream.ts";
import { findProgram } from "../peers/find-program.ts";
import { moveToLoadCore } from "../peers/machine.ts";
import { RunningServer } from "../peers/running-server.ts";
import { hermod } from "../peers/servers/hermod.ts";
import type { ProbeOutcome } from "./probe/ask-steadily.ts";
import { SHOWN, SHOWN_KEYS } from "./probe/run-probe.ts";
import { unbound } from "../peers/servers/unbound.ts";

/** Hermod first. What is not installed is named and left out. */
export async function sideBySide(
  measure: (server: RunningServer) => Promise<void>,
  { forwardsOverTls }: { readonly forwardsOverTls: boolean },
): Promise<void> {
  moveToLoadCore();
  const upstream = await BenchUpstream.start();
  for (const kind of [hermod, unbound]) {
    if (kind !== hermod && findProgram(kind.program) === undefined) {
      console.log(`${kind.name} is not installed and left out`);
      continue;
    }
    const server = await RunningServer.start({ kind, upstream, forwardsOverTls });
    console.log(kind.name);
    await measure(server);
    const fault = await server.fault();
    if (fault !== undefined) console.log(`  ${fault}`);
    await server.stop();
  }
  await upstream.stop();
}

/** What a flood did to the latencies, round by round, a line for each that is shown. */
export function describeRatios(
  rounds: readonly (readonly [without: ProbeOutcome, withFlood: ProbeOutcome])[],
): string {
  const lines = SHOWN_KEYS.map((key) => {
    const ratios = rounds.map(([without, withFlood]) => withFlood[key] / without[key]);
    const each = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
    const name = SHOWN[key];
    return `  ${name} with the flood over ${name} without: ${median(ratios).toFixed(2)} × (${each})`;
  });
  return lines.join("\n");
}
