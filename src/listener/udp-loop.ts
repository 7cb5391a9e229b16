// Data plane: no allocation after start.
// What a UDP thread does: takes a batch of datagrams, answers them straight from where they lie into
// where they leave from, sends the responses, and hands over the rest. It blocks only while it waits
// for datagrams, and then it holds no block of the cache.

import type { MonotonicClock } from "../clock/monotonic.ts";
import { COUNTER, type Counters, TRANSPORT } from "../memory/counters.ts";
import { ringDoorbell } from "../memory/doorbell.ts";
import type { EpochReader } from "../memory/epochs.ts";
import { type Answerer, MISS } from "../resolver/answer.ts";
import { RESULT } from "../resolver/answer-context.ts";
import { ClientRow } from "../resolver/client-row.ts";
import type { Libc } from "../runtime/libc-contract.ts";
import { ORIGIN_BYTES, ORIGIN_WORDS } from "../runtime/linux/message-batch.ts";
import { copyOriginAddress, originPort } from "../runtime/linux/origin.ts";
import {
  EAGAIN,
  EINTR,
  MSG_DONTWAIT,
  MSG_WAITFORONE,
  POLLIN,
} from "../runtime/linux/socket-constants.ts";
import type { UdpLane } from "./udp-lane.ts";

/** How long poll() waits before the stop flag is looked at again. */
export const WAIT_MS = 200;
const ERROR_PAUSE_MS = 10;
/** struct pollfd: descriptor, then events and revents in one word. */
const POLLFD_WORDS = 2;

export interface UdpLoopParts {
  readonly libc: Libc;
  readonly lanes: readonly UdpLane[];
  readonly answerer: Answerer;
  readonly counters: Counters;
  readonly epochs: EpochReader;
  /** This thread's. */
  readonly clock: MonotonicClock;
  /** Not 0 when the loop is to end. */
  readonly stopFlag: Int32Array;
  /** memory/doorbell of the thread that takes the misses. */
  readonly doorbell: Int32Array;
}

export class UdpLoop {
  private readonly parts: UdpLoopParts;
  private readonly client: ClientRow = new ClientRow();
  private readonly pollWords: Int32Array;
  private readonly pollAddress: number;
  private missed = false;

  constructor(parts: UdpLoopParts) {
    this.parts = parts;
    this.client.transport = TRANSPORT.udp;
    const { lanes, libc } = parts;
    const buffer = new ArrayBuffer(lanes.length * POLLFD_WORDS * 4);
    this.pollWords = new Int32Array(buffer);
    this.pollAddress = libc.addressOf(buffer);
    lanes.forEach(({ descriptor }, i) => {
      this.pollWords[i * POLLFD_WORDS] = descriptor;
      this.pollWords[i * POLLFD_WORDS + 1] = POLLIN;
    });
  }

  /** Returns when the stop flag is set, at most WAIT_MS later. */
  run(): void {
    const { lanes, stopFlag } = this.parts;
    const only = lanes.length === 1 ? lanes[0] : undefined;
    while (Atomics.load(stopFlag, 0) === 0) {
      if (only === undefined) this.pollLanes();
      else this.serve(only, MSG_WAITFORONE);
    }
  }

  private pollLanes(): void {
    const { lanes, libc } = this.parts;
    if (libc.poll(this.pollAddress, lanes.length, WAIT_MS) <= 0) return;
    for (let i = 0; i < lanes.length; i++) {
      const returned = this.pollWords[i * POLLFD_WORDS + 1]! >>> 16;
      if (returned !== 0) this.serve(lanes[i]!, MSG_DONTWAIT);
    }
  }

  /** One batch. */
  private serve(lane: UdpLane, flags: number): void {
    const { counters, doorbell, epochs } = this.parts;
    const count = lane.received.receive(lane.descriptor, flags);
    if (count <= 0) return this.receivedNothing();
    epochs.enter();
    this.readClock();
    this.missed = false;
    for (let i = 0; i < count; i++) this.answer(lane, i);
    epochs.leave();
    if (this.missed) ringDoorbell(doorbell);
    lane.received.reset(count);
    const failures = lane.responses.flush(lane.descriptor);
    for (let i = 0; i < failures; i++) counters.count(COUNTER.sendFailures);
  }

  /** Nothing in time, or interrupted; anything else gets a pause, lest it take all the time there is. */
  private receivedNothing(): void {
    const { libc } = this.parts;
    const reason = libc.errno();
    if (reason !== EAGAIN && reason !== EINTR) libc.poll(0, 0, ERROR_PAUSE_MS);
  }

  private readClock(): void {
    this.client.nowSeconds = this.parts.clock.seconds();
    this.client.unixSeconds = Math.floor(Date.now() / 1000);
  }

  private answer({ family, misses, received, responses }: UdpLane, i: number): void {
    const { answerer, counters } = this.parts;
    const { client } = this;
    const { originBytes, originWords } = received;
    // A response to port 0 can't be sent; a cut-off query can't be read.
    if (received.isTruncated(i) || originPort(originBytes, i * ORIGIN_BYTES) === 0) {
      return counters.count(COUNTER.dropped);
    }
    copyOriginAddress(family, originBytes, i * ORIGIN_BYTES, client.address);
    const offset = i * received.strideBytes;
    const length = received.length(i);
    const { capacityBytes, nextOffset } = responses;
    const written = answerer.answer(
      received.bytes,
      offset,
      length,
      responses,
      nextOffset,
      capacityBytes,
      client,
    );
    if (written >= 0) {
      const { result } = answerer.context;
      responses.push(written, originWords, i * ORIGIN_WORDS);
      counters.countQuery(TRANSPORT.udp, result[RESULT.path]!, result[RESULT.rcode]!);
    } else if (written === MISS) {
      // Who takes it counts it; the ring counts what it refuses.
      misses.push(received.bytes, offset, length, originWords, i * ORIGIN_WORDS);
      this.missed = true;
    } else {
      counters.count(COUNTER.dropped);
    }
  }
}
