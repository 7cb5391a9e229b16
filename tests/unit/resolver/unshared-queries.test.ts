// Identical questions are asked once, or each by itself where sharing is turned off.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as dnsPacket from "dns-packet";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { Counters } from "../../../src/memory/counters.ts";
import type { WordBuffer } from "../../../src/memory/word-buffer.ts";
import { Resolver } from "../../../src/resolver/resolve.ts";
import { Answering } from "../../answering.ts";
import { encode, ScriptedGroup } from "../../scripted-group.ts";

const COUNT = 3;
const questions = [{ type: "A", name: "same.example" }];

for (const sharesQueries of [true, false]) {
  test(`${COUNT} queries for one question, sharing ${sharesQueries}`, async () => {
    const set = new Answering();
    const upstream = new ScriptedGroup();
    const { answerer, store } = set;
    const limits = { waitMs: 5000, waitersPerQuestion: 100, waitersPerClient: 100 };
    const counters = new Counters();
    const parts = { answerer, store, upstream, timers, counters, ...limits, sharesQueries };
    const resolver = new Resolver(parts);
    const ids: number[] = [];
    const respond = (out: WordBuffer, offset: number, length: number): void => {
      const { answers, id } = dnsPacket.decode(
        Buffer.from(out.bytes.slice(offset, offset + length)),
      );
      assert.equal(answers?.length, 1);
      ids.push(id!);
    };
    for (let id = 0; id < COUNT; id++) {
      const query = encode({ type: "query", id, flags: 0x100, questions });
      resolver.resolve(query, 0, query.length, set.client, { respond });
    }
    assert.equal(upstream.asked.length, sharesQueries ? 1 : COUNT);
    const answers = [{ type: "A", name: "same.example", ttl: 300, data: "192.0.2.1" }];
    // In another order than they were asked in.
    for (let i = upstream.asked.length - 1; i >= 0; i--) upstream.respond(i, { answers });
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.deepEqual(ids.toSorted(), [0, 1, 2]);
    assert.equal(resolver.waiting, 0);
  });
}
