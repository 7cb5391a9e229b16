// Load over UDP, TCP and TLS by dnsperf. It keeps a number of queries on their way: also with a rate it
// sends no more than that ahead of the responses, so what a slow server was offered is what left.

import { createInterface } from "node:readline";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { requireProgram } from "../find-program.ts";
import { programVersion } from "../program-version.ts";
import { percentiles } from "./percentiles.ts";
import { CONNECTIONS, type LoadGenerator, type LoadOutcome } from "./load-generator.ts";
import type { LoadRequest } from "./load-generator.ts";

/** After this a query counts as lost. */
const TIMEOUT_SECONDS = 2;
const IN_FLIGHT = 500;
/** Owner as a pointer, type, class, TTL, length and the address: what a response has more than its query. */
const ADDRESS_RECORD_LENGTH = 16;

export const dnsperf: LoadGenerator = {
  name: "dnsperf",
  version: () => programVersion(requireProgram("dnsperf"), ["-h"], /Version (\S+)/),
  async run(request) {
    const parameters = dnsperfParameters(request);
    const child = spawn(requireProgram("dnsperf"), parameters, {
      // It warns of each response that it did not wait for, thousands of them.
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exited = once(child, "exit");
    const output = new DnsperfOutput();
    for await (const line of createInterface({ input: child.stdout })) output.take(line);
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`dnsperf failed with ${code}: ${output.text}`);
    return output.outcome(`dnsperf ${parameters.join(" ")}`, request.answers);
  },
};

function dnsperfParameters(request: LoadRequest): string[] {
  const { inFlight = IN_FLIGHT, latency, once, port, questions, rate, seconds } = request;
  return [
    ...["-s", "127.0.0.1", "-p", String(port), "-m", request.transport, "-d", questions],
    ...["-T", "1", "-c", String(CONNECTIONS), "-q", String(inFlight), "-l", String(seconds)],
    ...["-t", String(TIMEOUT_SECONDS)],
    ...(once === true ? ["-n", "1"] : []),
    ...(rate === undefined ? [] : ["-Q", String(rate)]),
    ...(latency === true ? ["-v"] : []),
  ];
}

/** Reads what dnsperf prints, line by line: a run that times each query prints millions. */
export class DnsperfOutput {
  text = "";
  private readonly latenciesMs: number[] = [];

  take(line: string): void {
    if (line.startsWith("> ")) {
      // `> NOERROR name A 0.000123`; one that timed out is `> T name A`.
      const [, rcode, , , latency] = line.split(" ");
      if (rcode === "NOERROR") this.latenciesMs.push(1000 * Number(latency));
    } else this.text += `${line}\n`;
  }

  /** `answers`: NOERROR without an address in it is wrong. */
  outcome(command: string, answers: boolean): LoadOutcome {
    const sent = this.number(/^ *Queries sent: +(\d+)/m);
    const answered = this.number(/^ *Queries completed: +(\d+)/m);
    const noError = Number(/^ *Response codes: .*?NOERROR (\d+)/m.exec(this.text)?.[1] ?? 0);
    return {
      command,
      sent,
      answered,
      lost: this.number(/^ *Queries lost: +(\d+)/m),
      wrong: answers && this.lacksAddresses(noError, answered) ? answered : answered - noError,
      seconds: this.number(/^ *Run time \(s\): +([\d.]+)/m),
      ...(this.latenciesMs.length > 0 && { latency: percentiles(this.latenciesMs) }),
    };
  }

  /** dnsperf does not look into a response, but tells the average length of all. */
  private lacksAddresses(noError: number, answered: number): boolean {
    if (noError < answered || answered === 0) return false;
    const sizes = /^ *Average packet size: +request (\d+), response (\d+)/m.exec(this.text);
    // Both are rounded down.
    return Number(sizes?.[2]) < Number(sizes?.[1]) + ADDRESS_RECORD_LENGTH - 1;
  }

  private number(pattern: RegExp): number {
    const found = pattern.exec(this.text)?.[1];
    if (found === undefined) throw new Error(`dnsperf's output lacks ${pattern}: ${this.text}`);
    return Number(found);
  }
}
