// UDP on threads of its own (Linux): the main thread opens the sockets and owns their descriptors, the
// threads take and answer datagrams in batches, and what has to be asked comes back to the main thread
// through a ring for each socket of each thread.

import { clock } from "../clock/monotonic.ts";
import { Counters, ROW_CELLS } from "../memory/counters.ts";
import { recordRingByteLength } from "../memory/record-ring.ts";
import type { QueryService } from "../resolver/query-service.ts";
import type { Endpoint } from "../runtime/contract.ts";
import type { Libc } from "../runtime/libc-contract.ts";
import { BootClock } from "../runtime/linux/boot-clock.ts";
import { DatagramSocket } from "../runtime/linux/datagram-socket.ts";
import type { AnswererSettings } from "../resolver/create-answerer.ts";
import { RingTaker } from "./ring-taker.ts";
import type { UdpLaneSettings } from "./udp-lane.ts";
import { WAIT_MS } from "./udp-loop.ts";
import { UdpMisses } from "./udp-misses.ts";
import type { UdpThreadSettings } from "./udp-thread.ts";
import { UdpThreadKeeper } from "./udp-thread-keeper.ts";

/** 256 KiB: about 2000 queries. */
const RING_WORDS = 1 << 16;

export interface BatchedUdpParts {
  readonly libc: Libc;
  /** Its cache has an epoch row for each thread. */
  readonly answerer: AnswererSettings;
  /** Takes what the threads could not answer. */
  readonly service: QueryService;
  /** The main thread's row. */
  readonly counters: Counters;
  readonly threadCount: number;
  /** Hears one line for each thread that dies. */
  readonly report: (message: string) => void;
  /** Datagrams that one call takes or sends; 1: each by itself. */
  readonly batchCount?: number;
  /** False: sockets have the buffers that the kernel gives by default. */
  readonly largeBuffers?: boolean;
}

type LaneSizes = Pick<UdpLaneSettings, "batchCount" | "lineWords">;

/** A thread and the sockets it serves. */
interface ServingThread {
  readonly sockets: readonly DatagramSocket[];
  readonly misses: readonly UdpMisses[];
  readonly keeper: UdpThreadKeeper;
}

export class BatchedUdp {
  readonly engine = "batched";
  /** One row a thread. */
  readonly threadCounters: readonly Counters[];
  /** Where it is bound: one for each endpoint asked for. */
  readonly bound: readonly (readonly Endpoint[])[];
  private readonly parts: BatchedUdpParts;
  private readonly cells: SharedArrayBuffer;
  private readonly stopFlag: Int32Array;
  private readonly doorbell: Int32Array;
  private readonly threads: readonly ServingThread[];
  private readonly taker: RingTaker;

  /** Binds every socket; throws a HermodError, as Runtime.openUdp(). */
  constructor(parts: BatchedUdpParts, endpoints: readonly Endpoint[]) {
    const { threadCount } = parts;
    this.parts = parts;
    this.cells = new SharedArrayBuffer((2 + threadCount) * this.lineWords * 4);
    this.stopFlag = this.cell(0);
    this.doorbell = this.cell(1);
    const rows = Array.from({ length: threadCount }, () => new SharedArrayBuffer(ROW_CELLS * 8));
    this.threadCounters = rows.map((row) => new Counters(row));
    const sockets = openAll(parts, endpoints);
    this.bound = sockets.map(([first]) => [first!.local]);
    this.threads = rows.map((row, thread) =>
      this.thread(
        thread,
        row,
        sockets.map((each) => each[thread]!),
      ),
    );
    const rings = this.threads.flatMap(({ misses }) => misses);
    this.taker = new RingTaker(this.doorbell, () => rings);
  }

  /** Resolves when every thread serves; rejects with a HermodError and closes all when one can't. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.threads.map(({ keeper }) => keeper.start()));
    } catch (error) {
      this.stop();
      await this.close();
      throw error;
    }
    void this.taker.run();
  }

  /** Takes no more queries; what is in flight can still be answered. */
  stop(): void {
    Atomics.store(this.stopFlag, 0, 1);
  }

  /** Ends the threads and closes the sockets; resolves within WAIT_MS or so, later when one hangs. */
  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.threads.map(({ keeper }) => keeper.stopped()));
    this.taker.close();
    for (const { misses, sockets } of this.threads) {
      for (const each of misses) each.close();
      for (const socket of sockets) socket.close();
    }
  }

  /** Datagrams that the kernel dropped because the threads were too slow. */
  get kernelDrops(): number {
    return this.sum(({ sockets }) => sockets.reduce((sum, socket) => sum + socket.drops(), 0));
  }

  /** Queries lost because a ring was full. */
  get missesRefused(): number {
    return this.sum(({ misses }) => misses.reduce((sum, each) => sum + each.refused, 0));
  }

  /** Threads that died and were replaced. */
  get threadsReplaced(): number {
    return this.sum(({ keeper }) => keeper.replaced);
  }

  private sum(valueOf: (thread: ServingThread) => number): number {
    return this.threads.reduce((sum, thread) => sum + valueOf(thread), 0);
  }

  /** The words that threads share with this one lie so far apart. */
  private get lineWords(): number {
    return this.parts.answerer.cache.lineWords;
  }

  private cell(index: number): Int32Array {
    return new Int32Array(this.cells, index * this.lineWords * 4, 1);
  }

  private thread(
    index: number,
    counters: SharedArrayBuffer,
    sockets: readonly DatagramSocket[],
  ): ServingThread {
    const { answerer, batchCount, libc, report } = this.parts;
    const { lineWords } = this;
    const sizes = { lineWords, ...(batchCount !== undefined && { batchCount }) };
    const ringBytes = recordRingByteLength(RING_WORDS, lineWords);
    const rings = sockets.map(() => new SharedArrayBuffer(ringBytes));
    const misses = sockets.map((socket, i) => this.missesOf(socket, rings[i]!, sizes));
    const settings: UdpThreadSettings = {
      lanes: sockets.map(({ descriptor, family, isWildcard }, i) => {
        return { descriptor, family, isWildcard, misses: rings[i]!, ...sizes };
      }),
      answerer,
      reader: index,
      counters,
      clockOriginMs: clock.follow(new BootClock(libc)),
      stopFlag: this.stopFlag,
      doorbell: this.doorbell,
      running: this.cell(2 + index),
    };
    return { sockets, misses, keeper: new UdpThreadKeeper({ settings, report }) };
  }

  private missesOf(socket: DatagramSocket, ring: SharedArrayBuffer, sizes: LaneSizes): UdpMisses {
    const { counters, libc, service } = this.parts;
    return new UdpMisses({ libc, socket, ring, service, counters, ...sizes });
  }
}

/** For each endpoint a socket for each thread. */
function openAll(parts: BatchedUdpParts, endpoints: readonly Endpoint[]): DatagramSocket[][] {
  const opened: DatagramSocket[] = [];
  try {
    return endpoints.map((endpoint) => {
      const sockets = openShared(parts, endpoint);
      opened.push(...sockets);
      return sockets;
    });
  } catch (error) {
    for (const socket of opened) socket.close();
    throw error;
  }
}

/** Sockets that share a port. It is bound alone first: it could be shared with a stranger, too. */
function openShared(
  { largeBuffers = true, libc, threadCount }: BatchedUdpParts,
  endpoint: Endpoint,
): DatagramSocket[] {
  const options = { largeBuffers, receiveTimeoutMs: WAIT_MS };
  const alone = new DatagramSocket(libc, { ...options, local: endpoint, reusePort: false });
  if (threadCount === 1) return [alone];
  alone.close();
  const { local } = alone;
  const opened: DatagramSocket[] = [];
  try {
    for (let i = 0; i < threadCount; i++) {
      opened.push(new DatagramSocket(libc, { ...options, local, reusePort: true }));
    }
    return opened;
  } catch (error) {
    for (const socket of opened) socket.close();
    throw error;
  }
}
