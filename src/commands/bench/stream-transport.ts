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
import {
  CONNECT_TIMEOUT_MS,
  type Engine,
  laneCapacity,
  RECONNECT_MS,
  type Transport,
} from "./transport.ts";
import { Turns } from "./turns.ts";

/** Joined in one write, when there are so many. */
const BATCH = 16;

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
  private readonly turns: Turns = new Turns((traffic, nowMs) => this.turn(traffic, nowMs));
  private readonly handler: StreamHandler<StreamLane>;
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
        stream.context.opened();
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

  run(traffic: Traffic): Promise<void> {
    return this.turns.run(traffic, this.lanes);
  }

  close(): void {
    this.isClosed = true;
    for (const lane of this.lanes) lane.end();
  }

  private connect(lane: StreamLane): void {
    const { runtime, server, tls } = this.parts;
    const options: ConnectOptions<StreamLane> = { remote: server, context: lane };
    lane.begun(runtime.connect(tls === undefined ? options : { ...options, tls }, this.handler));
  }

  private lost(lane: StreamLane, error: Error | undefined): void {
    const wasOpen = lane.isOpen;
    lane.closed();
    if (this.isClosed) return;
    if (this.missing > 0) {
      const reason = error?.message ?? "the server closed the connection";
      return this.ready.reject(new BenchFailure(reason));
    }
    if (wasOpen) this.connectionsLost++;
    this.turns.wake();
    setTimeout(() => {
      if (!this.isClosed) this.connect(lane);
    }, RECONNECT_MS);
  }

  private turn(traffic: Traffic, nowMs: number): void {
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
