// Queries that an upstream uses again: none that a connection may still know, or a late response to one
// question would be taken for the response to another.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { timers } from "../../../src/clock/timing-wheel.ts";
import type { Runtime } from "../../../src/runtime/contract.ts";
import { StreamUpstream } from "../../../src/upstream/stream-upstream.ts";
import { eventually } from "../../contract/runtime/recorded-stream.ts";
import { CountingObserver, queryFor, responseOf } from "../../faults/asking.ts";
import { connectIdly, type IdleStream, remote } from "./idle-stream.ts";

const TIMEOUT_MS = 10_000;

describe("the queries of an upstream over streams", () => {
  test("are not used again once they were moved to another connection", async () => {
    const streams: IdleStream[] = [];
    const runtime = { connect: connectIdly(streams) } as unknown as Runtime;
    const observer = new CountingObserver();
    const upstream = new StreamUpstream({ url: "tcp://u", remote, runtime, timers, observer });
    const ask = (name: string): Promise<Uint8Array> =>
      responseOf(upstream, queryFor(name), TIMEOUT_MS);

    const moved = ask("moved.example");
    await eventually(() => streams[1]?.messages.length === 1, "asked again: the first is silent");
    streams[1]!.answer(0);
    await moved;
    const other = ask("other.example");
    await eventually(() => streams[1]!.messages.length === 2, "the next question is asked");
    streams[0]!.fail(0);
    streams[1]!.answer(1);
    const response = await other;
    assert.equal(response[3]! & 15, 0, "the late failure was another question's");
    assert.equal(observer.latenciesMs.length, 2);
    upstream.close();
  });
});
