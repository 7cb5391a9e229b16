// What each optimisation is worth: prints a table of CPU time a query, throughput and memory with it
// on and off. Linux with two cores, taskset, dnsperf, h2load, unbound and openssl.
//
//   bun bench/ablation/all.ts [--rounds N] [--seconds N] [NAME …]
//
// NAMEs choose among the comparisons; without one it is all of them.

import { parseArgs } from "node:util";
import { needs } from "../../tests/e2e/programs.ts";
import { ABLATIONS } from "./ablations.ts";
import { compare } from "./compare.ts";
import { moveToLoadCore } from "../peers/machine.ts";
import { Stage } from "./stage.ts";
import { HEAD, row } from "./table.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
  },
});

const missing = needs("dnsperf", "h2load", "unbound", "openssl");
if (missing !== false) throw new Error(`this ${missing}`);
const chosen = ABLATIONS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((each) => name.startsWith(each)),
);
if (chosen.length === 0)
  throw new Error(`write some of ${ABLATIONS.map(({ name }) => name).join(", ")}`);

moveToLoadCore();
const extent = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
const stage = await Stage.open();
for (const line of HEAD) console.log(line);
for (const ablation of chosen) {
  for (const comparison of await compare(stage, ablation, extent)) console.log(row(comparison));
}
await stage.close();
