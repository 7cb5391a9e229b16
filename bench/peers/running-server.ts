// One server under test from exec to its end, on its own core, with ports and a folder of its own.

import { chmodSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { Child } from "../../tests/e2e/child-process.ts";
import { freePort } from "../../tests/e2e/free-port.ts";
import { temporaryFolder } from "../../tests/e2e/temporary-folder.ts";
import type { BenchUpstream } from "./bench-upstream.ts";
import { findProgram } from "./find-program.ts";
import { onEveryCore, onServerCore } from "./machine.ts";
import { type CpuTime, cpuTime, residentBytes } from "./process-usage.ts";
import { hitName } from "./question-files.ts";
import { MAX_ENTRIES, type Place, type ServerKind } from "./server-kind.ts";
import { askUntilAnswered } from "./udp-client.ts";

const START_TIMEOUT_MS = 20_000;
/** Often enough to tell servers apart, and seldom enough not to be in their way. */
const START_EVERY_MS = 2;
const CHECK_TIMEOUT_MS = 3000;
const STOP_TIMEOUT_MS = 3000;
const EXCERPT = 400;

export interface StartOptions {
  readonly kind: ServerKind;
  readonly upstream: BenchUpstream;
  readonly forwardsOverTls: boolean;
  /** By default MAX_ENTRIES. */
  readonly maxEntries?: number;
  /** By default on the server's core alone, as whatever is measured by its CPU time. */
  readonly onAllCores?: boolean;
}

export class RunningServer {
  readonly kind: ServerKind;
  readonly place: Place;
  readonly command: string;
  /** From exec to the first right response. */
  readonly firstAnswerMs: number;
  private readonly child: Child;

  private constructor(
    kind: ServerKind,
    place: Place,
    child: Child,
    command: string,
    firstAnswerMs: number,
  ) {
    this.kind = kind;
    this.place = place;
    this.child = child;
    this.command = command;
    this.firstAnswerMs = firstAnswerMs;
  }

  /** Rejects with what the server printed when it does not answer a query in time. */
  static async start(options: StartOptions): Promise<RunningServer> {
    const {
      forwardsOverTls,
      kind,
      maxEntries = MAX_ENTRIES,
      onAllCores = false,
      upstream,
    } = options;
    const folder = temporaryFolder();
    // Servers that give up root must still get in.
    chmodSync(folder, 0o755);
    const place: Place = {
      folder,
      dnsPort: await freePort(),
      dotPort: await freePort(),
      dohPort: await freePort(),
      adminPort: await freePort(),
      tls: upstream.tls,
      upstream: upstream.addresses,
      forwardsOverTls,
      maxEntries,
    };
    const command = withPath(kind.command(place));
    const pinned = onAllCores ? onEveryCore(command) : onServerCore(command);
    const [program, ...parameters] = pinned as [string, ...string[]];
    const environment = { ...process.env, ...kind.environment };
    const startMs = performance.now();
    const child = new Child(program, parameters, { environment });
    const answeredMs = await Promise.race([untilAnswered(kind, place), child.exited]);
    if (typeof answeredMs === "number") {
      return new RunningServer(kind, place, child, shown(kind, command), answeredMs - startMs);
    }
    await child.kill();
    throw new Error(`did not start: ${excerpt(child.stderr + child.stdout)}`);
  }

  get pid(): number {
    return this.child.pid;
  }

  cpu(): CpuTime {
    return cpuTime(this.child.pid);
  }

  residentBytes(): number {
    return residentBytes(this.child.pid);
  }

  /** Why it can't be measured any further; undefined while it answers rightly. */
  async fault(): Promise<string | undefined> {
    if (this.child.exit !== undefined) {
      return `ended: ${excerpt(this.child.stderr + this.child.stdout)}`;
    }
    const answered = await ask(this.kind, this.place, CHECK_TIMEOUT_MS, 200);
    return answered === undefined ? "gives no right answer any more" : undefined;
  }

  async stop(): Promise<void> {
    this.child.signal("SIGTERM");
    await Promise.race([this.child.exited, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    await this.child.kill();
  }
}

function untilAnswered(kind: ServerKind, place: Place): Promise<number | undefined> {
  return ask(kind, place, START_TIMEOUT_MS, START_EVERY_MS);
}

function ask(
  { answers }: ServerKind,
  { dnsPort: port }: Place,
  timeoutMs: number,
  everyMs: number,
): Promise<number | undefined> {
  return askUntilAnswered({ port, name: hitName(0), timeoutMs, everyMs, answers });
}

function withPath([program, ...parameters]: readonly string[]): string[] {
  return [findProgram(program!) ?? program!, ...parameters];
}

function shown({ environment = {} }: ServerKind, command: readonly string[]): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...variables, ...command].join(" ");
}

function excerpt(output: string): string {
  return output.trim().slice(-EXCERPT) || "it printed nothing";
}
