// UDP through the runtime's own sockets, where the batched ones can't be had.

import type { Endpoint, Runtime, UdpHandler, UdpSocket } from "../../runtime/contract.ts";
import { InFlight } from "./in-flight.ts";
import { MAX_QUERY_LENGTH } from "./question-book.ts";
import type { Traffic } from "./traffic.ts";
import { type Engine, laneCapacity, randomSalt, type Transport } from "./transport.ts";
import { Turns } from "./turns.ts";

interface Lane {
  readonly socket: UdpSocket;
  readonly inFlight: InFlight;
}

export class PortableUdp implements Transport, UdpHandler {
  readonly engine: Engine = "portable";
  readonly connectionsLost: number = 0;
  sendFailures = 0;
  private readonly server: Endpoint;
  private readonly lanes: Lane[] = [];
  private readonly bySocket: Map<UdpSocket, InFlight> = new Map();
  private readonly out: Uint8Array = new Uint8Array(MAX_QUERY_LENGTH);
  private readonly turns: Turns = new Turns((nowMs) => this.turn(nowMs));
  private traffic: Traffic | undefined;
  private rotation = 0;

  private constructor(server: Endpoint) {
    this.server = server;
  }

  /** Rejects with a HermodError when the sockets can't be had. */
  static async open(runtime: Runtime, server: Endpoint, connections: number): Promise<PortableUdp> {
    const transport = new PortableUdp(server);
    const local = { host: server.host.includes(":") ? "::" : "0.0.0.0", port: 0 };
    const capacity = laneCapacity(connections);
    for (let i = 0; i < connections; i++) {
      const socket = await runtime.openUdp({ local, remote: server }, transport);
      const inFlight = new InFlight(capacity, randomSalt());
      transport.lanes.push({ socket, inFlight });
      transport.bySocket.set(socket, inFlight);
    }
    return transport;
  }

  async run(traffic: Traffic): Promise<void> {
    this.traffic = traffic;
    await this.turns.run(traffic);
    for (const { inFlight } of this.lanes) traffic.abandonAll(inFlight);
    this.traffic = undefined;
  }

  datagram(socket: UdpSocket, bytes: Uint8Array): void {
    const inFlight = this.bySocket.get(socket);
    if (inFlight === undefined || this.traffic === undefined) return;
    this.traffic.take(inFlight, bytes, 0, bytes.length, performance.now());
    this.turns.wake();
  }

  /** Nobody listens there: the queries run into their time-outs. */
  error(): void {}

  close(): void {
    for (const { socket } of this.lanes) socket.close();
  }

  private turn(nowMs: number): void {
    const traffic = this.traffic!;
    const { lanes } = this;
    let full = 0;
    for (let left = traffic.due(nowMs); left > 0 && full < lanes.length;) {
      this.rotation = (this.rotation + 1) % lanes.length;
      const lane = lanes[this.rotation]!;
      if (lane.inFlight.isFull) {
        full++;
        continue;
      }
      this.send(traffic, lane, nowMs);
      full = 0;
      left--;
    }
    for (const { inFlight } of lanes) traffic.expire(inFlight, nowMs);
  }

  private send(traffic: Traffic, { inFlight, socket }: Lane, nowMs: number): void {
    const length = traffic.write(inFlight, nowMs, this.out, 0);
    const { host, port } = this.server;
    if (!socket.send(this.out.subarray(0, length), port, host)) this.sendFailures++;
  }
}
