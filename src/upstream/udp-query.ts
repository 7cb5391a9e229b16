// One query on its way over UDP. It has a socket of its own, with a port that the kernel chooses at
// random, and a random ID; the socket is connected, so that the kernel drops what comes from
// elsewhere. What does not match is ignored and the wait goes on (RFC 5452 §9.1). Sent again, it is
// the same datagram from the same port: a forger has one pair of ID and port to guess, and the
// response to the first still counts.

import { monotonicMs } from "../clock/monotonic.ts";
import type { Deadline, TimerHandle, TimingWheel } from "../clock/timing-wheel.ts";
import type { Endpoint, Runtime, UdpHandler, UdpSocket } from "../runtime/contract.ts";
import { read16, write16 } from "../wire/numbers.ts";
import { answersQuery } from "./answers-query.ts";
import type { Asker, UpstreamFault } from "./contract.ts";
import type { RandomIds } from "./random-ids.ts";

/** When a query is sent again. */
const RESEND_MS = 1000;

export interface UdpQueryOwner {
  readonly runtime: Runtime;
  readonly timers: TimingWheel;
  readonly ids: RandomIds;
  readonly remote: Endpoint;
  sent(): void;
  /** Exactly one of these two, once: the response, with the ID that the query came with … */
  responded(query: UdpQuery, response: Uint8Array): void;
  /** … or why there is none. */
  failed(query: UdpQuery, fault: UpstreamFault, reason: string): void;
}

export class UdpQuery implements UdpHandler, Deadline {
  readonly query: Uint8Array;
  readonly askedMs: number;
  readonly deadlineMs: number;
  /** For the owner, who tells it. */
  readonly asker: Asker;
  private readonly owner: UdpQueryOwner;
  /** The query under the ID it is sent with. */
  private readonly message: Uint8Array;
  private socket: UdpSocket | undefined;
  private timer: TimerHandle | undefined;
  private settled = false;

  constructor(
    query: Uint8Array,
    timeoutMs: number,
    owner: UdpQueryOwner,
    asker: Asker,
    nowMs: number,
  ) {
    this.askedMs = nowMs;
    this.query = query;
    this.owner = owner;
    this.asker = asker;
    this.message = new Uint8Array(query);
    this.deadlineMs = this.askedMs + timeoutMs;
  }

  /** Never rejects. */
  async send(): Promise<void> {
    const { runtime, remote } = this.owner;
    const local = { host: remote.host.includes(":") ? "::" : "0.0.0.0", port: 0 };
    this.waitFor(RESEND_MS);
    try {
      const socket = await runtime.openUdp({ local, remote }, this);
      if (this.settled) return socket.close();
      this.socket = socket;
      write16(this.message, 0, this.owner.ids.take());
      this.write(socket);
    } catch (error) {
      this.fail("connect", error instanceof Error ? error.message : String(error));
    }
  }

  expire(): void {
    this.timer = undefined;
    if (monotonicMs() >= this.deadlineMs) return this.fail("timeout", "no response in time");
    this.waitFor(Infinity);
    if (this.socket !== undefined) this.write(this.socket);
  }

  datagram(socket: UdpSocket, bytes: Uint8Array): void {
    if (this.settled || socket !== this.socket) return;
    if (bytes.length < 2 || read16(bytes, 0) !== read16(this.message, 0)) return;
    if (!answersQuery(this.query, bytes)) return;
    const response = new Uint8Array(bytes);
    response[0] = this.query[0]!;
    response[1] = this.query[1]!;
    this.settle();
    this.owner.responded(this, response);
  }

  /** The destination is unreachable, or nobody listens there. */
  error(socket: UdpSocket, error: Error): void {
    if (socket === this.socket) this.fail("connect", error.message);
  }

  fail(fault: UpstreamFault, reason: string): void {
    if (this.settled) return;
    this.settle();
    this.owner.failed(this, fault, reason);
  }

  private write(socket: UdpSocket): void {
    const { remote } = this.owner;
    if (socket.send(this.message, remote.port, remote.host)) this.owner.sent();
    else this.fail("connect", "the query could not be sent");
  }

  private waitFor(delayMs: number): void {
    const leftMs = this.deadlineMs - monotonicMs();
    this.timer = this.owner.timers.schedule(Math.max(0, Math.min(delayMs, leftMs)), this);
  }

  private settle(): void {
    this.settled = true;
    if (this.timer !== undefined) this.owner.timers.cancel(this.timer);
    this.closeSocket();
  }

  private closeSocket(): void {
    this.socket?.close();
    this.socket = undefined;
  }
}
