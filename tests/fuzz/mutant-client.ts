// Sends mutants to a running server and holds every response against its query. Each gets an ID of
// its own, so that responses may come in any order; what must be dropped is not waited for.

import { setTimeout as delay } from "node:timers/promises";
import { faultOf, mustBeDropped } from "./well-formed.ts";

/** Longer than any query may take to be answered. */
const LAST_RESPONSE_TIMEOUT_MS = 10_000;
const POLL_MS = 2;

export abstract class MutantClient {
  readonly faults: string[] = [];
  answered = 0;
  private readonly pending: Map<number, Uint8Array> = new Map();
  private readonly dropped: Map<number, Uint8Array> = new Map();
  private readonly transport: "udp" | "tcp";
  private readonly window: number;
  private nextId = 0;

  /** `window`: how many queries may wait for their response at once. */
  constructor(transport: "udp" | "tcp", window: number) {
    this.transport = transport;
    this.window = window;
  }

  protected abstract write(query: Uint8Array): void;

  /** Sends all of them and waits for all responses. Mutants lose their ID. */
  async sendAll(mutants: readonly Uint8Array[]): Promise<void> {
    for (const mutant of mutants) {
      await this.waitFor(() => this.pending.size < this.window);
      this.sendOne(mutant);
      // Lets responses in between.
      if (this.nextId % 16 === 0) await delay(0);
    }
    await this.waitFor(() => this.pending.size === 0);
    for (const query of this.pending.values()) this.faults.push(`no response to ${hex(query)}`);
  }

  private sendOne(mutant: Uint8Array): void {
    const id = this.nextId++ & 0xffff;
    mutant.set([id >> 8, id & 0xff].slice(0, mutant.length));
    this.dropped.delete(id);
    (mustBeDropped(mutant) ? this.dropped : this.pending).set(id, mutant);
    this.write(mutant);
  }

  private async waitFor(condition: () => boolean): Promise<void> {
    const end = Date.now() + LAST_RESPONSE_TIMEOUT_MS;
    while (!condition() && Date.now() < end) await delay(POLL_MS);
  }

  protected receive(response: Uint8Array): void {
    const id = response.length < 2 ? -1 : response[0]! * 256 + response[1]!;
    const query = this.pending.get(id);
    if (query === undefined) {
      const dropped = this.dropped.get(id);
      this.faults.push(`response to ${dropped ? hex(dropped) : "nothing"}: ${hex(response)}`);
      return;
    }
    this.pending.delete(id);
    this.answered++;
    const fault = faultOf(query, response, this.transport);
    if (fault !== undefined) this.faults.push(`${fault}: ${hex(query)} → ${hex(response)}`);
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
