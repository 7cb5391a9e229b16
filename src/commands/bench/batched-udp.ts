// UDP through the batched sockets that the server uses, too (Linux). The loop blocks this thread; a
// few times a second the runtime gets its turn, for signals and the progress line.

import type { Endpoint } from "../../runtime/contract.ts";
import type { Libc } from "../../runtime/libc-contract.ts";
import { DatagramSocket, socketAddress } from "../../runtime/linux/datagram-socket.ts";
import { ReceiveBatch } from "../../runtime/linux/receive-batch.ts";
import { SendBatch } from "../../runtime/linux/send-batch.ts";
import { BATCH_COUNT, BatchedLoop, type BatchedLane } from "./batched-loop.ts";
import { InFlight } from "./in-flight.ts";
import { MAX_QUERY_LENGTH } from "./question-book.ts";
import type { Traffic } from "./traffic.ts";
import { type Engine, laneCapacity, randomSalt, type Transport } from "./transport.ts";

const SLICE_MS = 100;
const RECEIVE_CAPACITY_BYTES = 1536;
const SEND_CAPACITY_BYTES = (MAX_QUERY_LENGTH + 3) & ~3;
/** No call blocks for longer than poll() may. */
const RECEIVE_TIMEOUT_MS = 100;

export class BatchedUdp implements Transport {
  readonly engine: Engine = "batched";
  readonly connectionsLost: number = 0;
  private readonly sockets: readonly DatagramSocket[];
  private readonly lanes: readonly BatchedLane[];
  private readonly loop: BatchedLoop;

  /** Throws a HermodError when the sockets can't be had. */
  constructor(libc: Libc, server: Endpoint, connections: number) {
    const local = { host: localHost(server.host), port: 0 };
    const options = { local, reusePort: false, receiveTimeoutMs: RECEIVE_TIMEOUT_MS };
    this.sockets = Array.from({ length: connections }, () => new DatagramSocket(libc, options));
    const capacity = laneCapacity(connections);
    this.lanes = this.sockets.map(({ descriptor }) => {
      return { descriptor, inFlight: new InFlight(capacity, randomSalt()) };
    });
    const { family } = this.sockets[0]!;
    // Bound to a wildcard or not, the kernel is to choose the address to send from.
    const shape = { family, isWildcard: false };
    const name = socketAddress(libc, family, server);
    this.loop = new BatchedLoop({
      libc,
      lanes: this.lanes,
      received: new ReceiveBatch(libc, shape, {
        count: BATCH_COUNT,
        capacityBytes: RECEIVE_CAPACITY_BYTES,
      }),
      outgoing: new SendBatch(libc, shape, {
        count: BATCH_COUNT,
        capacityBytes: SEND_CAPACITY_BYTES,
      }),
      server: new Uint32Array(name.buffer),
    });
  }

  get sendFailures(): number {
    return this.loop.sendFailures;
  }

  async run(traffic: Traffic): Promise<void> {
    traffic.begin(performance.now());
    while (!traffic.isOver(performance.now())) {
      this.loop.run(traffic, performance.now() + SLICE_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { inFlight } of this.lanes) traffic.abandonAll(inFlight);
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}

/** Over the loopback interface its own address, so that nobody else can send to the socket. */
function localHost(host: string): string {
  if (host.startsWith("127.")) return "127.0.0.1";
  if (host === "::1") return host;
  return host.includes(":") ? "::" : "0.0.0.0";
}
