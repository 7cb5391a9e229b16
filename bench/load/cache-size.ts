// What a cached response costs over UDP when a million names are asked, against ten thousand of them:
// CPU time of the server for a query. The cache holds the million all the while, names come in an order
// that has nothing to do with that of the cache, and the two loads take turns. Unbound beside it.
// Usage: bun bench/load/cache-size.ts [ROUNDS] [SECONDS] [NAMES]

import { join } from "node:path";
import process from "node:process";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import { median } from "../baseline/ratios.ts";
import { dnsperf } from "../peers/load/dnsperf.ts";
import { writeNames, writeQuestionFiles } from "../peers/question-files.ts";
import type { RunningServer } from "../peers/running-server.ts";
import { sideBySide } from "./side-by-side.ts";

const SMALL = 10_000;
/** As long as it takes to ask for every name once, with few enough in flight to lose none. */
const FILL_SECONDS = 300;
const FILL_IN_FLIGHT = 100;

const [rounds = 3, seconds = 3, nameCount = 1_000_000] = process.argv.slice(2).map(Number);
const files = await writeQuestionFiles(temporaryFolder());
const file = (name: string): string => join(files.folder, name);
await writeNames(file("fill"), "c", nameCount, "counted");
await writeNames(file("small"), "c", SMALL, "shuffled");
await writeNames(file("large"), "c", nameCount, "shuffled");

/** Microseconds for each query. */
async function cost(server: RunningServer, questions: string): Promise<number> {
  const request = { transport: "udp" as const, port: server.place.dnsPort, files, answers: true };
  const before = server.cpu();
  const outcome = await dnsperf.run({ ...request, questions, seconds });
  const after = server.cpu();
  if (outcome.wrong > 0) console.log(`  ${outcome.wrong} wrong of ${outcome.answered}`);
  const spentMs = after.userMs + after.systemMs - before.userMs - before.systemMs;
  return (1000 * spentMs) / outcome.answered;
}

async function compare(server: RunningServer): Promise<void> {
  const request = { transport: "udp" as const, port: server.place.dnsPort, files, answers: true };
  const filled = await dnsperf.run({
    ...request,
    ...{ questions: file("fill"), seconds: FILL_SECONDS, once: true, inFlight: FILL_IN_FLIGHT },
  });
  const filledRate = filled.answered / filled.seconds;
  console.log(`  ${filled.answered} names cached, ${filledRate.toFixed(0)} a second`);
  // The first of each is not counted: the runtime still translates what it runs.
  for (const questions of ["small", "large"]) await cost(server, file(questions));
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const small = await cost(server, file("small"));
    const large = await cost(server, file("large"));
    ratios.push(large / small);
    console.log(`  ${small.toFixed(2)} us of ${SMALL}, ${large.toFixed(2)} us of ${nameCount}`);
  }
  console.log(`  x ${median(ratios).toFixed(2)} (goal: at most 1.3)`);
}

await sideBySide(compare, { forwardsOverTls: false });
