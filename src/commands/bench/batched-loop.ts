// Data plane: no allocation after start.
// The load over UDP through recvmmsg and sendmmsg. A turn takes what has come on every socket, then
// sends what is due, a batch a socket in rotation. Between turns it polls: without a pause while the
// next query is due soon, so that neither a query nor the time of a response waits for the scheduler.

import type { Libc } from "../../runtime/libc-contract.ts";
import type { ReceiveBatch } from "../../runtime/linux/receive-batch.ts";
import type { SendBatch } from "../../runtime/linux/send-batch.ts";
import { MSG_DONTWAIT, POLLIN } from "../../runtime/linux/socket-constants.ts";
import type { InFlight } from "./in-flight.ts";
import type { Traffic } from "./traffic.ts";

/** Datagrams of one call. */
export const BATCH_COUNT = 128;
/** poll() counts whole milliseconds, and may wake up a little late. */
const WAKE_EARLY_MS = 1;
const MAX_WAIT_MS = 50;
/** How often time-outs are looked for. */
const EXPIRE_MS = 10;
/** struct pollfd: descriptor, then events and revents in one word. */
const POLLFD_WORDS = 2;

export interface BatchedLane {
  readonly descriptor: number;
  readonly inFlight: InFlight;
}

export interface BatchedLoopParts {
  readonly libc: Libc;
  readonly lanes: readonly BatchedLane[];
  readonly received: ReceiveBatch;
  readonly outgoing: SendBatch;
  /** Where the queries go: a socket address. */
  readonly server: Uint32Array;
}

export class BatchedLoop {
  sendFailures = 0;
  private readonly parts: BatchedLoopParts;
  private readonly pollWords: Int32Array;
  private readonly pollAddress: number;
  private turn = 0;
  private expireAtMs = 0;

  constructor(parts: BatchedLoopParts) {
    this.parts = parts;
    const { lanes, libc } = parts;
    const buffer = new ArrayBuffer(lanes.length * POLLFD_WORDS * 4);
    this.pollWords = new Int32Array(buffer);
    this.pollAddress = libc.addressOf(buffer);
    for (let i = 0; i < lanes.length; i++) {
      this.pollWords[i * POLLFD_WORDS] = lanes[i]!.descriptor;
      this.pollWords[i * POLLFD_WORDS + 1] = POLLIN;
    }
  }

  /** Works until `untilMs`, or until the traffic is over. */
  run(traffic: Traffic, untilMs: number): void {
    const { lanes, libc } = this.parts;
    let nowMs = performance.now();
    while (nowMs < untilMs && !traffic.isOver(nowMs)) {
      this.sendDue(traffic, nowMs);
      const waitMs = traffic.waitMs(nowMs, MAX_WAIT_MS);
      const pauseMs =
        waitMs === MAX_WAIT_MS ? waitMs : Math.max(0, Math.floor(waitMs) - WAKE_EARLY_MS);
      if (libc.poll(this.pollAddress, lanes.length, pauseMs) > 0) this.receiveAll(traffic);
      nowMs = performance.now();
      if (nowMs >= this.expireAtMs) this.expire(traffic, nowMs);
    }
  }

  private sendDue(traffic: Traffic, nowMs: number): void {
    const { lanes } = this.parts;
    let left = traffic.due(nowMs);
    // A lane that is full gets its turn again in the next round.
    for (let tried = 0; left > 0 && tried < lanes.length; tried++) {
      this.turn = this.turn + 1 < lanes.length ? this.turn + 1 : 0;
      const sent = this.sendBatch(traffic, lanes[this.turn]!, left, nowMs);
      left -= sent;
      if (sent === BATCH_COUNT) return;
    }
  }

  private sendBatch(traffic: Traffic, lane: BatchedLane, most: number, nowMs: number): number {
    const { outgoing, server } = this.parts;
    const { inFlight } = lane;
    let count = 0;
    while (count < most && !outgoing.isFull && !inFlight.isFull) {
      const length = traffic.write(inFlight, nowMs, outgoing.bytes, outgoing.nextOffset);
      outgoing.push(length, server, 0);
      count++;
    }
    if (count > 0) this.sendFailures += outgoing.flush(lane.descriptor);
    return count;
  }

  private receiveAll(traffic: Traffic): void {
    const { lanes } = this.parts;
    for (let i = 0; i < lanes.length; i++) {
      const returned = this.pollWords[i * POLLFD_WORDS + 1]! >>> 16;
      if (returned !== 0) this.receive(traffic, lanes[i]!);
    }
  }

  /** One batch; what is left shows in the next poll. */
  private receive(traffic: Traffic, { descriptor, inFlight }: BatchedLane): void {
    const { received } = this.parts;
    const count = received.receive(descriptor, MSG_DONTWAIT);
    if (count <= 0) return;
    const nowMs = performance.now();
    for (let i = 0; i < count; i++) {
      const offset = i * received.strideBytes;
      traffic.take(inFlight, received.bytes, offset, received.length(i), nowMs);
    }
    received.reset(count);
  }

  private expire(traffic: Traffic, nowMs: number): void {
    const { lanes } = this.parts;
    this.expireAtMs = nowMs + EXPIRE_MS;
    for (let i = 0; i < lanes.length; i++) traffic.expire(lanes[i]!.inFlight, nowMs);
  }
}
