// UDP through the runtime's own sockets, where the batched ones can't be had.

import type { Endpoint, Runtime, UdpHandler, UdpSocket } from "../../runtime/contract.ts";
import { InFlight } from "./in-flight.ts";
import { type Lane, LaneRotation } from "./lane-rotation.ts";
import { MAX_QUERY_LENGTH } from "./question-book.ts";
import type { Traffic } from "./traffic.ts";
import { type Engine, laneCapacity, randomSalt, type Transport } from "./transport.ts";
import { Turns } from "./turns.ts";

interface SocketLane extends Lane {
  readonly socket: UdpSocket;
}

export class PortableUdp implements Transport, UdpHandler {
  readonly engine: Engine = "portable";
  readonly connectionsLost: number = 0;
  sendFailures = 0;
  private readonly server: Endpoint;
  private readonly lanes: SocketLane[] = [];
  private readonly bySocket: Map<UdpSocket, SocketLane> = new Map();
  private readonly out: Uint8Array = new Uint8Array(MAX_QUERY_LENGTH);
  private readonly rotation: LaneRotation<SocketLane> = new LaneRotation(
    this.lanes,
    (lane, traffic, nowMs) => this.send(lane, traffic, nowMs),
  );
  private readonly turns: Turns = new Turns((traffic, nowMs) => this.rotation.turn(traffic, nowMs));

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
      const lane: SocketLane = {
        socket,
        inFlight,
        traffic: undefined,
        get isFull() {
          return inFlight.isFull;
        },
      };
      transport.lanes.push(lane);
      transport.bySocket.set(socket, lane);
    }
    return transport;
  }

  run(traffic: Traffic): Promise<void> {
    return this.turns.run(traffic, this.lanes);
  }

  datagram(socket: UdpSocket, bytes: Uint8Array): void {
    const lane = this.bySocket.get(socket);
    lane?.traffic?.take(lane.inFlight, bytes, 0, bytes.length, performance.now());
    this.turns.wake();
  }

  /** Nobody listens there: the queries run into their time-outs. */
  error(): void {}

  close(): void {
    for (const { socket } of this.lanes) socket.close();
  }

  private send({ inFlight, socket }: SocketLane, traffic: Traffic, nowMs: number): void {
    const length = traffic.write(inFlight, nowMs, this.out, 0);
    const { host, port } = this.server;
    if (!socket.send(this.out.subarray(0, length), port, host)) this.sendFailures++;
  }
}
