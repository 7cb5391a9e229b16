// Asks a server at a steady rate, whatever it answers, and times each response from the send to the
// moment the kernel had the response. A program of its own, so that it can be pinned and favoured:
//   bun ask-steadily.ts PORT QUERIES_A_SECOND SECONDS NAME …
// Prints one line of JSON: a ProbeOutcome.

import process from "node:process";
import * as dnsPacket from "dns-packet";
import { loadLibc } from "../../../src/runtime/libc.ts";
import { ProbeSocket } from "./probe-socket.ts";

/** Latencies in microseconds. */
export interface ProbeOutcome {
  readonly asked: number;
  /** With NOERROR. */
  readonly answered: number;
  readonly failed: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  /** How late the probe itself was, 99th percentile: not part of the latencies. */
  readonly lateP99: number;
}

const IDS = 65_536;
const LAST_WAIT_MS = 1000;

function queriesFor(names: readonly string[]): Buffer[] {
  return names.map((name) => {
    const questions = [{ name, type: "A" as const }];
    return Buffer.from(dnsPacket.encode({ type: "query", flags: 0x100, questions }));
  });
}

class Probe {
  private readonly socket: ProbeSocket;
  private readonly queries: readonly Buffer[];
  private readonly sentNs = new Float64Array(IDS);
  private readonly latencies: number[] = [];
  private readonly lateness: number[] = [];
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4));
  private asked = 0;
  private failed = 0;

  constructor(socket: ProbeSocket, queries: readonly Buffer[]) {
    this.socket = socket;
    this.queries = queries;
  }

  run(perSecond: number, seconds: number): ProbeOutcome {
    const stepNs = 1e9 / perSecond;
    const startNs = this.socket.nowNs();
    const total = perSecond * seconds;
    // Within its step each query has a time of its own: no beat with the kernel's ticks.
    while (this.asked < total) this.askAt(startNs + (this.asked + Math.random()) * stepNs);
    const endNs = this.socket.nowNs() + LAST_WAIT_MS * 1e6;
    while (this.latencies.length + this.failed < this.asked && this.socket.nowNs() < endNs) {
      this.sleep(1);
      this.take();
    }
    return this.outcome();
  }

  private askAt(dueNs: number): void {
    const waitMs = (dueNs - this.socket.nowNs()) / 1e6;
    if (waitMs > 0) this.sleep(waitMs);
    this.take();
    const id = this.asked++ % IDS;
    const query = this.queries[this.asked % this.queries.length]!;
    query.writeUInt16BE(id, 0);
    const nowNs = this.socket.nowNs();
    this.sentNs[id] = nowNs;
    this.lateness.push(nowNs - dueNs);
    this.socket.send(query);
  }

  /** Responses wake nobody: the kernel has noted when they came. */
  private sleep(ms: number): void {
    Atomics.wait(this.sleeper, 0, 0, ms);
  }

  private take(): void {
    this.socket.take((id, rcode, timeNs) => {
      if (rcode === 0) this.latencies.push(timeNs - this.sentNs[id]!);
      else this.failed++;
    });
  }

  private outcome(): ProbeOutcome {
    const { asked, failed } = this;
    const latencies = Float64Array.from(this.latencies).sort();
    const lateness = Float64Array.from(this.lateness).sort();
    return {
      ...{ asked, failed, answered: latencies.length },
      mean: latencies.reduce((sum, ns) => sum + ns, 0) / latencies.length / 1000,
      ...{ p50: at(latencies, 0.5), p90: at(latencies, 0.9), p99: at(latencies, 0.99) },
      ...{ p999: at(latencies, 0.999), lateP99: at(lateness, 0.99) },
    };
  }
}

/** In microseconds; NaN of nothing. */
function at(sortedNs: Float64Array, share: number): number {
  const i = Math.min(sortedNs.length - 1, Math.floor(sortedNs.length * share));
  return (sortedNs[i] ?? NaN) / 1000;
}

if (import.meta.main) {
  const [port, perSecond, seconds, ...names] = process.argv.slice(2);
  const probe = new Probe(new ProbeSocket(await loadLibc(), Number(port)), queriesFor(names));
  console.log(JSON.stringify(probe.run(Number(perSecond), Number(seconds))));
}
