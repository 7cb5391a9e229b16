// TCP and TLS: queries are pipelined over a number of connections, which are all there before the load
// begins. A connection that ends under it is made again.

import type {
  ConnectOptions,
  ConnectTls,
  Endpoint,
  Runtime,
  StreamHandler,
} from "../../runtime/contract.ts";
import { BenchFailure } from "./bench-failure.ts";
import { StreamLane } from "./stream-lane.ts";
import type { Traffic } from "./traffic.ts";
import { type Engine, laneCapacity, type Transport } from "./transport.ts";
import { Turns } from "./turns.ts";

/** Joined in one write, when there are so many. */
const BATCH = 16;
const CONNECT_TIMEOUT_MS = 5000;
const RECONNECT_MS = 100;

export interface StreamTransportParts {
  readonly runtime: Runtime;
  readonly server: Endpoint;
  /** Over TLS with this; over TCP without. */
  readonly tls: ConnectTls | undefined;
  readonly connections: number;
}

export class StreamTransport implements Transport {
  readonly engine: Engine = "stream";
  readonly sendFailures: number = 0;
  connectionsLost = 0;
  private readonly parts: StreamTransportParts;
  private readonly lanes: readonly StreamLane[];
  private readonly turns: Turns = new Turns((nowMs) => this.turn(nowMs));
  private readonly handler: StreamHandler<StreamLane>;
  private traffic: Traffic | undefined;
  private rotation = 0;
  private isClosed = false;
  /** Until every connection is there. */
  private missing: number;
  private readonly ready = Promise.withResolvers<void>();

  private constructor(parts: StreamTransportParts) {
    this.parts = parts;
    this.missing = parts.connections;
    const capacity = laneCapacity(parts.connections);
    this.lanes = Array.from({ length: parts.connections }, () => new StreamLane(capacity));
    this.handler = {
      open: (stream) => {
        stream.context.opened(stream);
        if (--this.missing === 0) this.ready.resolve();
      },
      data: (stream, bytes) => {
        stream.context.received(bytes);
        this.turns.wake();
      },
      drain: (stream) => stream.context.flush(),
      close: (stream, error) => this.lost(stream.context, error),
    };
  }

  /** Rejects with a BenchFailure when not every connection can be made. */
  static async open(parts: StreamTransportParts): Promise<StreamTransport> {
    const transport = new StreamTransport(parts);
    const late = new BenchFailure(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`);
    const timer = setTimeout(() => transport.ready.reject(late), CONNECT_TIMEOUT_MS);
    for (const lane of transport.lanes) transport.connect(lane);
    try {
      await transport.ready.promise;
      return transport;
    } catch (error) {
      transport.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async run(traffic: Traffic): Promise<void> {
    this.traffic = traffic;
    for (const lane of this.lanes) lane.traffic = traffic;
    await this.turns.run(traffic);
    for (const lane of this.lanes) {
      traffic.abandonAll(lane.inFlight);
      lane.traffic = undefined;
    }
    this.traffic = undefined;
  }

  close(): void {
    this.isClosed = true;
    for (const lane of this.lanes) lane.end();
  }

  private connect(lane: StreamLane): void {
    const { runtime, server, tls } = this.parts;
    const options: ConnectOptions<StreamLane> = { remote: server, context: lane };
    runtime.connect(tls === undefined ? options : { ...options, tls }, this.handler);
  }

  private lost(lane: StreamLane, error: Error | undefined): void {
    const wasOpen = lane.isOpen;
    lane.closed();
    if (this.isClosed) return;
    if (this.missing > 0 && this.traffic === undefined) {
      const reason = error?.message ?? "the server closed the connection";
      return this.ready.reject(new BenchFailure(reason));
    }
    if (wasOpen) this.connectionsLost++;
    this.turns.wake();
    setTimeout(() => {
      if (!this.isClosed) this.connect(lane);
    }, RECONNECT_MS);
  }

  private turn(nowMs: number): void {
    const traffic = this.traffic!;
    const { lanes } = this;
    let left = traffic.due(nowMs);
    const share = Math.max(BATCH, Math.ceil(left / lanes.length));
    for (let tried = 0; left > 0 && tried < lanes.length; tried++) {
      this.rotation = (this.rotation + 1) % lanes.length;
      left -= lanes[this.rotation]!.fill(traffic, Math.min(left, share), nowMs);
    }
    for (const lane of lanes) {
      lane.flush();
      traffic.expire(lane.inFlight, nowMs);
    }
  }
}
