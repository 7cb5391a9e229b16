// Queries that an upstream uses again: none that a connection may still know, or a late response to one
// question would be taken for the response to another.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { timers } from "../../../src/clock/timing-wheel.ts";
import type { Runtime, Stream, StreamHandler } from "../../../src/runtime/contract.ts";
import { StreamUpstream } from "../../../src/upstream/stream-upstream.ts";
import { FrameReader } from "../../../src/wire/frame-reader.ts";
import { eventually } from "../../contract/runtime/recorded-stream.ts";
import { CountingObserver, queryFor, responseOf } from "../../faults/asking.ts";
import { framed } from "../../faults/scripted-upstream.ts";

const TIMEOUT_MS = 10_000;
const remote = { host: "192.0.2.1", port: 53 };

/** A connection that opens at once and answers only when it is told to. */
class IdleStream implements Stream<unknown> {
  context: unknown;
  readonly remote = remote;
  readonly messages: Uint8Array[] = [];
  private readonly handler: StreamHandler<unknown>;
  private readonly reader: FrameReader = new FrameReader();

  constructor(context: unknown, handler: StreamHandler<unknown>) {
    this.context = context;
    this.handler = handler;
    queueMicrotask(() => handler.open(this));
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    this.reader.read(bytes.slice(offset, offset + length), this);
    return length;
  }

  frame(bytes: Uint8Array, offset: number, length: number): void {
    this.messages.push(bytes.slice(offset, offset + length));
  }

  /** Answers the query that came as the `index`-th. */
  answer(index: number): void {
    const response = this.messages[index]!.slice();
    response[2]! |= 0x80;
    this.handler.data(this, framed(response));
  }

  /** Says no more than that the query that came as the `index`-th failed. */
  fail(index: number): void {
    const header = this.messages[index]!.slice(0, 12);
    header.set([header[2]! | 0x80, 2], 2);
    header.fill(0, 4);
    this.handler.data(this, framed(header));
  }

  serverName(): undefined {}
  end(): void {}

  terminate(): void {
    this.handler.close(this, undefined);
  }
}

describe("the queries of an upstream over streams", () => {
  test("are not used again once they were moved to another connection", async () => {
    const streams: IdleStream[] = [];
    const runtime = {
      connect(options: { context: unknown }, handler: StreamHandler<unknown>): IdleStream {
        const stream = new IdleStream(options.context, handler);
        streams.push(stream);
        return stream;
      },
    } as unknown as Runtime;
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
