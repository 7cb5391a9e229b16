// What tests of upstreams need to ask and to look at what came of it.

import assert from "node:assert/strict";
import * as dnsPacket from "dns-packet";
import { monotonicMs } from "../../src/clock/monotonic.ts";
import {
  type Asker,
  type Upstream,
  UpstreamError,
  type UpstreamFault,
  type UpstreamObserver,
} from "../../src/upstream/contract.ts";
import { buildQuery } from "../../src/wire/build-query.ts";

/** A query for the name's address, in the form in which the resolver asks upstream. */
export function queryFor(name: string, id = 0x5a5a): Uint8Array {
  const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  const question = { qname: Uint8Array.from([...labels, 0]), qtype: 1, qclass: 1 };
  const flags = { dnssecOk: false, cd: false, ad: true, rd: true };
  return buildQuery(question, { ...flags, udpSize: 1232, id });
}

export function decode(response: Uint8Array): dnsPacket.DecodedPacket {
  return dnsPacket.decode(Buffer.from(response));
}

/** The name that a response answers. */
export function nameIn(response: Uint8Array): string | undefined {
  return decode(response).questions?.[0]?.name;
}

/** Fails unless the promise is rejected with that fault; returns the message. */
export async function assertFault(
  promise: Promise<unknown>,
  fault: UpstreamFault,
): Promise<string> {
  let message = "";
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof UpstreamError, String(error));
    assert.equal(error.fault, fault, error.message);
    message = error.message;
    return true;
  });
  return message;
}

/** Counts what upstreams report. */
export class CountingObserver implements UpstreamObserver {
  queries = 0;
  reused = 0;
  readonly latenciesMs: number[] = [];
  readonly faults: UpstreamFault[] = [];

  asked(_url: string, reused: boolean): void {
    this.queries++;
    if (reused) this.reused++;
  }

  answered(_url: string, latencyMs: number): void {
    this.latenciesMs.push(latencyMs);
  }

  failed(_url: string, fault: UpstreamFault): void {
    this.faults.push(fault);
  }
}

/** Resolves to the response; rejects with why there is none. */
export function responseOf(
  upstream: Upstream,
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const asker: Asker = { responded: resolve, failed: reject };
    upstream.ask(query, timeoutMs, asker, monotonicMs());
  });
}
