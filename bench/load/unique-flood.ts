// What a flood of names that nobody has asked before does to those that are cached: the latency of the
// latter, asked at a steady rate, without the flood and with it at half of the rate at which misses
// saturate the server; Unbound beside it. Misses go to an upstream over TLS.
// Usage: bun bench/load/unique-flood.ts [ROUNDS] [MISSES_A_SECOND]
// The second replaces half of the rate that is found, for both servers.

import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import { dnsperf } from "../peers/load/dnsperf.ts";
import { hitName, writeNames, writeQuestionFiles } from "../peers/question-files.ts";
import type { RunningServer } from "../peers/running-server.ts";
import type { ProbeOutcome } from "./probe/ask-steadily.ts";
import { describeOutcome, runProbe } from "./probe/run-probe.ts";
import { describeRatios, sideBySide } from "./side-by-side.ts";

const SECONDS = 4;
const RATE = 1000;
const NAMES = 100;
const SATURATION_SECONDS = 3;
const SETTLE_MS = 1000;
/** More than any server here can miss in a round. */
const UNIQUE_NAMES = 400_000;

async function compare({ place }: RunningServer): Promise<void> {
  const { dnsPort: port } = place;
  const request = { transport: "udp" as const, port, files, answers: true, once: true };
  await dnsperf.run({ ...request, questions: files.hits, seconds: 1 });
  await dnsperf.run({ ...request, questions: files.warmUp, seconds: 1 });
  const saturated = await dnsperf.run({
    ...{ ...request, questions: files.misses, seconds: SATURATION_SECONDS },
  });
  const saturation = saturated.answered / saturated.seconds;
  const offered = Math.round(given ?? saturation / 2);
  console.log(`  ${saturation.toFixed(0)} misses a second at most; ${offered} offered`);
  const probe = { port, rate: RATE, seconds: SECONDS, names };
  await runProbe(probe);
  const outcomes: [ProbeOutcome, ProbeOutcome][] = [];
  for (let round = 0; round <= rounds; round++) {
    const quiet = await runProbe(probe);
    const questions = join(files.folder, `unique${round}`);
    const seconds = SECONDS + 3;
    const flooding = dnsperf.run({ ...request, questions, seconds, rate: offered });
    await delay(SETTLE_MS);
    const loud = await runProbe(probe);
    const { answered, lost, sent } = await flooding;
    // In the first the compiler is still at work, on the same core.
    if (round === 0) continue;
    outcomes.push([quiet, loud]);
    console.log(`  without: ${describeOutcome(quiet)}`);
    console.log(
      `  with:    ${describeOutcome(loud)}; flood: ${sent} sent, ${answered} answered, ${lost} lost`,
    );
  }
  console.log(describeRatios(outcomes));
}

const [roundsText = "3", rateText] = process.argv.slice(2);
const rounds = Number(roundsText);
const given = rateText === undefined ? undefined : Number(rateText);
const names = Array.from({ length: NAMES }, (_, i) => hitName(i));
const files = await writeQuestionFiles(temporaryFolder());
for (let round = 0; round <= rounds; round++) {
  await writeNames(join(files.folder, `unique${round}`), `u${round}-`, UNIQUE_NAMES, "counted");
}
await sideBySide(compare, { forwardsOverTls: true });
