// A connection to an upstream that exists in the test alone: it opens at once and answers only when it is
// told to.

import type { Endpoint, Runtime, Stream, StreamHandler } from "../../../src/runtime/contract.ts";
import { FrameReader } from "../../../src/wire/frame-reader.ts";
import { framed } from "../../faults/scripted-upstream.ts";

export const remote: Endpoint = { host: "192.0.2.1", port: 53 };

export class IdleStream implements Stream<unknown> {
  context: unknown;
  readonly remote: Endpoint = remote;
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

/** A runtime's connect(): each connection is one of these, and is added to `streams`. */
export function connectIdly(streams: IdleStream[]): Runtime["connect"] {
  const connect = (options: { context: unknown }, handler: StreamHandler<unknown>): IdleStream => {
    const stream = new IdleStream(options.context, handler);
    streams.push(stream);
    return stream;
  };
  return connect as Runtime["connect"];
}
