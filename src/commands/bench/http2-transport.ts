// HTTPS over HTTP/2, through node:http2, which both runtimes have: several streams on each of a number
// of connections. It costs the generator more than the server; the report says when it was too much.

import { messageOf } from "../../errors.ts";
import { BenchFailure } from "./bench-failure.ts";
import { Http2Lane, type Http2Target } from "./http2-lane.ts";
import { LaneRotation } from "./lane-rotation.ts";
import type { Traffic } from "./traffic.ts";
import { type Engine, laneCapacity, RECONNECT_MS, type Transport } from "./transport.ts";
import { Turns } from "./turns.ts";

export class Http2Transport implements Transport {
  readonly engine: Engine = "http2";
  readonly sendFailures: number = 0;
  connectionsLost = 0;
  private readonly lanes: readonly Http2Lane[];
  private readonly rotation: LaneRotation<Http2Lane>;
  private readonly turns: Turns = new Turns((traffic, nowMs) => this.rotation.turn(traffic, nowMs));
  private isClosed = false;

  private constructor(target: Http2Target, connections: number) {
    const capacity = laneCapacity(connections);
    this.lanes = Array.from({ length: connections }, () => {
      const lane: Http2Lane = new Http2Lane(target, capacity, {
        closed: () => this.lost(lane),
        answered: () => this.turns.wake(),
      });
      return lane;
    });
    this.rotation = new LaneRotation(this.lanes, (lane, traffic, nowMs) => {
      lane.ask(traffic, nowMs);
    });
  }

  /** Rejects with a BenchFailure when not every connection can be made. */
  static async open(target: Http2Target, connections: number): Promise<Http2Transport> {
    const transport = new Http2Transport(target, connections);
    try {
      await Promise.all(transport.lanes.map((lane) => lane.open()));
      return transport;
    } catch (error) {
      transport.close();
      throw new BenchFailure(messageOf(error), { cause: error });
    }
  }

  run(traffic: Traffic): Promise<void> {
    return this.turns.run(traffic, this.lanes);
  }

  close(): void {
    this.isClosed = true;
    for (const lane of this.lanes) lane.end();
  }

  private lost(lane: Http2Lane): void {
    if (this.isClosed) return;
    this.connectionsLost++;
    this.turns.wake();
    this.reconnect(lane);
  }

  private reconnect(lane: Http2Lane): void {
    const again = (): void => {
      if (this.isClosed) return;
      lane.open().then(
        () => (this.isClosed ? lane.end() : this.turns.wake()),
        () => this.reconnect(lane),
      );
    };
    setTimeout(again, RECONNECT_MS).unref();
  }
}
