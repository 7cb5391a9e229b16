// A stream's events in the order in which they came, for tests to wait for and to look at.

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Stream, StreamHandler } from "../../../src/runtime/contract.ts";

const PATIENCE_MS = 10_000;

/** The context of one stream. */
export class Recorded {
  /** `open`, `data`, `ended`, `close` …; runs of data and drain count once. */
  readonly events: string[] = [];
  readonly chunks: Buffer[] = [];
  stream: Stream<Recorded> | undefined;
  error: Error | undefined;

  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  get length(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  note(event: string): void {
    if (this.events.at(-1) !== event || event === "close") this.events.push(event);
  }

  /** Waits for an event. */
  async until(event: string): Promise<void> {
    await eventually(() => this.events.includes(event), `${event}; so far: ${this.events}`);
  }

  async untilText(text: string): Promise<void> {
    await eventually(() => this.text.includes(text), `${JSON.stringify(text)}`);
  }
}

export interface RecorderOptions {
  onOpen?: (stream: Stream<Recorded>) => void;
  onData?: (stream: Stream<Recorded>, bytes: Uint8Array) => void;
  onDrain?: (stream: Stream<Recorded>) => void;
}

/** Handles streams by recording; does not implement ended(). */
export class Recorder implements StreamHandler<Recorded> {
  private readonly options: RecorderOptions;

  constructor(options: RecorderOptions = {}) {
    this.options = options;
  }

  open(stream: Stream<Recorded>): void {
    stream.context.stream = stream;
    stream.context.note("open");
    this.options.onOpen?.(stream);
  }

  data(stream: Stream<Recorded>, bytes: Uint8Array): void {
    stream.context.note("data");
    stream.context.chunks.push(Buffer.from(bytes));
    this.options.onData?.(stream, bytes);
  }

  drain(stream: Stream<Recorded>): void {
    stream.context.note("drain");
    this.options.onDrain?.(stream);
  }

  close(stream: Stream<Recorded>, error: Error | undefined): void {
    stream.context.error = error;
    stream.context.note("close");
  }
}

/** As Recorder, and takes note when the other side has sent all it will. */
export class HalfCloseRecorder extends Recorder {
  ended(stream: Stream<Recorded>): void {
    stream.context.note("ended");
  }
}

export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(performance.now() < end, `waited in vain for ${what}`);
    await delay(2);
  }
}

export function writeText(stream: Stream<unknown>, text: string): number {
  const bytes = new TextEncoder().encode(text);
  return stream.write(bytes, 0, bytes.length);
}
