// Load over UDP by `hermod bench`, which looks into every response. With a rate it is an open loop:
// queries leave when they should, and times count from then, whatever the server does.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { HERMOD_COMMAND } from "../../../tests/e2e/runtime-command.ts";
import type { BenchReport } from "../../../src/commands/bench/bench-report.ts";
import { programVersion } from "../program-version.ts";
import { CONNECTIONS, type LoadGenerator, type LoadOutcome } from "./load-generator.ts";
import type { LoadRequest } from "./load-generator.ts";

const IN_FLIGHT = 500;
/** After this a query counts as lost. */
const TIMEOUT = "1s";
/** Measured; measured, with wrong responses; nothing right came. */
const USEFUL_EXIT_CODES = [0, 2, 3];
const [PROGRAM, ...FIRST] = HERMOD_COMMAND;

export const hermodBench: LoadGenerator = {
  name: "hermod bench",
  version: () => programVersion(PROGRAM, [...FIRST, "--version"], /(\d+\.\d+\S*)/),
  async run(request) {
    const parameters = benchParameters(request);
    const child = spawn(PROGRAM, [...FIRST, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
    const exited = once(child, "exit");
    const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await exited) as [number | null];
    if (!USEFUL_EXIT_CODES.includes(code ?? -1) || output === "") {
      throw new Error(`hermod bench failed with ${code}: ${complaint}`);
    }
    return benchOutcome(JSON.parse(output) as BenchReport, `hermod ${parameters.join(" ")}`);
  },
};

function benchParameters(request: LoadRequest): string[] {
  const { inFlight = IN_FLIGHT, port, questions, rate, seconds } = request;
  const load =
    rate === undefined
      ? ["--rate", "max", "--in-flight", String(inFlight)]
      : ["--rate", String(Math.round(rate))];
  return [
    ...["bench", "--server", `udp://127.0.0.1:${port}`, "--names", questions, ...load],
    ...["--duration", `${Math.round(seconds * 1000)}ms`, "--connections", String(CONNECTIONS)],
    ...["--timeout", TIMEOUT, "--json"],
  ];
}

export function benchOutcome(report: BenchReport, command: string): LoadOutcome {
  const { durationMs, errors, latencyMs, queries } = report;
  return {
    command,
    sent: queries.sent,
    answered: queries.answered + queries.failed,
    lost: queries.lost,
    // Responses that belong to no query count as well.
    wrong: queries.failed + errors.id,
    seconds: durationMs / 1000,
    latency: { p50Ms: latencyMs.p50, p99Ms: latencyMs.p99, p999Ms: latencyMs.p999 },
  };
}
