// One connection of the load over TCP or TLS. Queries are written one behind the other into a buffer
// (RFC 1035 §4.2.2), which leaves in one write a turn.

import { FrameReader, type FrameTarget } from "../../wire/frame-reader.ts";
import type { Stream } from "../../runtime/contract.ts";
import { write16 } from "../../wire/numbers.ts";
import { InFlight } from "./in-flight.ts";
import { MAX_QUERY_LENGTH } from "./question-book.ts";
import type { Traffic } from "./traffic.ts";
import type { TurnLane } from "./turns.ts";
import { randomSalt } from "./transport.ts";

const PREFIX_LENGTH = 2;
const BUFFER_BYTES = 1 << 16;

export class StreamLane implements FrameTarget, TurnLane {
  readonly inFlight: InFlight;
  traffic: Traffic | undefined;
  private readonly buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);
  private used = 0;
  private reader: FrameReader = new FrameReader();
  private stream: Stream<StreamLane> | undefined;
  private isConnected = false;
  private nowMs = 0;

  constructor(capacity: number) {
    this.inFlight = new InFlight(capacity, randomSalt());
  }

  get isOpen(): boolean {
    return this.isConnected;
  }

  /** A connection that open() or close() is to follow. */
  begun(stream: Stream<StreamLane>): void {
    this.stream = stream;
  }

  opened(): void {
    this.isConnected = true;
    this.reader = new FrameReader();
    this.used = 0;
  }

  /** What was on its way is lost. */
  closed(): void {
    this.stream = undefined;
    this.isConnected = false;
    this.traffic?.loseAll(this.inFlight);
  }

  /** Takes up to `most` queries that are due; returns how many it has taken. */
  fill(traffic: Traffic, most: number, nowMs: number): number {
    const { buffer, inFlight } = this;
    if (!this.isConnected) return 0;
    let count = 0;
    while (count < most && !inFlight.isFull) {
      const at = this.used + PREFIX_LENGTH;
      if (at + MAX_QUERY_LENGTH > BUFFER_BYTES) break;
      const length = traffic.write(inFlight, nowMs, buffer, at);
      write16(buffer, this.used, length);
      this.used = at + length;
      count++;
    }
    return count;
  }

  /** Writes what the connection takes; the rest stays first in the buffer. */
  flush(): void {
    if (this.used === 0 || !this.isConnected) return;
    const taken = this.stream!.write(this.buffer, 0, this.used);
    // A connection that is closing says so next.
    if (taken <= 0) return;
    this.buffer.copyWithin(0, taken, this.used);
    this.used -= taken;
  }

  received(bytes: Uint8Array): void {
    this.nowMs = performance.now();
    this.reader.read(bytes, this);
  }

  frame(bytes: Uint8Array, offset: number, length: number): void {
    this.traffic?.take(this.inFlight, bytes, offset, length, this.nowMs);
  }

  /** Whether it is open yet or not. */
  end(): void {
    this.stream?.terminate();
  }
}
