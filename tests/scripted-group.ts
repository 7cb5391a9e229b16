// A group of upstreams whose answers the test decides: deadlines and order can't be had otherwise.

import * as dnsPacket from "dns-packet";
import type { Judge, UpstreamGroup } from "../src/upstream/contract.ts";

export interface Asked {
  readonly query: dnsPacket.DecodedPacket;
  readonly judge: Judge;
}

export class ScriptedGroup implements UpstreamGroup {
  readonly authenticated = true;
  /** What was asked, in order. */
  readonly asked: Asked[] = [];

  ask(query: Uint8Array, _timeoutMs: number, judge: Judge): void {
    this.asked.push({ query: dnsPacket.decode(Buffer.from(query)), judge });
  }

  close(): void {}

  /** Responds to the query at `index`; true when the judge accepted it. */
  respond(index: number, packet: Record<string, unknown>): boolean {
    const asked = this.asked[index]!;
    const accepted = asked.judge.accepts(encode({ questions: asked.query.questions, ...packet }));
    if (accepted) asked.judge.ended(undefined);
    return accepted;
  }
}

/** A message; a response with RD and RA unless `packet` says otherwise. */
export function encode(packet: Record<string, unknown>): Uint8Array {
  const whole = { type: "response", id: 0, flags: 0x180, ...packet };
  return new Uint8Array(dnsPacket.encode(whole as unknown as dnsPacket.Packet));
}
