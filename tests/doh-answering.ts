// Sets up DNS over HTTPS in-process: the exchange over a real cache and resolver, whose upstream does
// what the test says.

import { timers } from "../src/clock/timing-wheel.ts";
import { DohExchange } from "../src/listener/doh-exchange.ts";
import { Counters } from "../src/memory/counters.ts";
import { QueryService } from "../src/resolver/query-service.ts";
import { Resolver } from "../src/resolver/resolve.ts";
import { Answering } from "./answering.ts";
import { encode, ScriptedGroup } from "./scripted-group.ts";

export const MEDIA_TYPE = "application/dns-message";
export const NAME = "www.example.com";
export const ADDRESS = "192.0.2.1";
const QUESTION = { name: NAME, type: "A", class: "IN" };

export interface DohLimits {
  /** When a client that waits gets SERVFAIL instead. */
  readonly waitMs?: number;
  readonly messageTimeoutMs?: number;
  readonly waitersPerClient?: number;
}

export class DohAnswering {
  readonly set: Answering = new Answering();
  readonly group: ScriptedGroup = new ScriptedGroup();
  readonly counters: Counters = new Counters();
  readonly resolver: Resolver;
  readonly exchange: DohExchange;

  constructor({ waitMs = 5000, messageTimeoutMs = 5000, waitersPerClient = 1000 }: DohLimits = {}) {
    const { counters, group: upstream } = this;
    const { answerer, store } = this.set;
    this.resolver = new Resolver({
      answerer,
      store,
      upstream,
      timers,
      counters,
      waitMs,
      waitersPerQuestion: 1000,
      waitersPerClient,
    });
    const service = new QueryService(answerer, this.resolver, counters);
    const { context } = answerer;
    this.exchange = new DohExchange({ service, context, timers, messageTimeoutMs });
  }

  /** Puts an address of NAME into the cache. */
  keep(ttl: number): void {
    const answers = [{ name: NAME, type: "A", ttl, data: ADDRESS }];
    this.set.keep(query(), encode({ questions: [QUESTION], answers }));
  }
}

/** A query for NAME with RD, ID 0 (RFC 8484 §4.1) unless `packet` says otherwise. */
export function query(packet: Record<string, unknown> = {}): Uint8Array<ArrayBuffer> {
  const whole = { type: "query", id: 0, flags: 0x100, questions: [QUESTION], ...packet };
  return new Uint8Array(encode(whole));
}

/** Base64url without padding. */
export function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

export function getUrl(origin: string, bytes: Uint8Array = query()): string {
  return `${origin}/dns-query?dns=${base64Url(bytes)}`;
}
