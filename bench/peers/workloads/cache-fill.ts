// Fills a server's cache: asks each name once, with few enough on their way that no server's buffer
// overflows, and keeps what was asked and what went wrong.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { dnsperf } from "../load/dnsperf.ts";
import type { LoadOutcome } from "../load/load-generator.ts";
import { type NameOrder, writeNames } from "../question-files.ts";
import type { RunningServer } from "../running-server.ts";
import { type Bench, loadError, type Measured } from "./workload.ts";

/** Whatever a server needs for a million. */
const FILL_SECONDS = 180;
const FILL_IN_FLIGHT = 100;
const MIN_FILLED_SHARE = 0.99;
const PREFIX = "c";

export class CacheFill {
  private readonly server: RunningServer;
  private readonly bench: Bench;
  private readonly commands: string[] = [];
  private readonly errors: string[] = [];

  constructor(server: RunningServer, bench: Bench) {
    this.server = server;
    this.bench = bench;
  }

  /** Asks for the first `count` names; how many were answered rightly. */
  async fill(count: number): Promise<number> {
    const { answered, wrong } = await this.load(count, "counted", {
      ...{ seconds: FILL_SECONDS, once: true, inFlight: FILL_IN_FLIGHT },
    });
    const right = answered - wrong;
    if (right < MIN_FILLED_SHARE * count) this.errors.push(`only ${right} of ${count} were cached`);
    return right;
  }

  /** Asks for the first `count` names over and over, in an order that says nothing of the cache's. */
  ask(count: number): Promise<LoadOutcome> {
    return this.load(count, "shuffled", { seconds: this.bench.seconds });
  }

  /** The figures with what was done for them. */
  measured(figures: Measured["figures"]): Measured {
    const error = this.errors.join("; ");
    return { loadCommands: this.commands, figures, ...(error !== "" && { error }) };
  }

  private async load(
    count: number,
    order: NameOrder,
    options: { readonly seconds: number; readonly once?: boolean; readonly inFlight?: number },
  ): Promise<LoadOutcome> {
    const { files } = this.bench;
    const questions = join(files.folder, `${PREFIX}-${count}-${order}`);
    if (!existsSync(questions)) await writeNames(questions, PREFIX, count, order);
    const port = this.server.place.dnsPort;
    const request = { transport: "udp" as const, port, files, questions, answers: true };
    const outcome = await dnsperf.run({ ...request, ...options });
    this.commands.push(outcome.command);
    const error = loadError(outcome);
    if (error !== undefined) this.errors.push(error);
    return outcome;
  }
}
