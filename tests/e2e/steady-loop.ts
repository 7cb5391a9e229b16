// A program of its own: a UDP thread's loop answers from the cache, over real sockets. On both outputs
// two marks stand around that, with what the runtime says of its garbage collections in between; the
// last line is by how much the heap grew.
// Parameters: how many queries, and "control" to leave a small object behind for each.

import { writeSync } from "node:fs";
import process from "node:process";
import { MonotonicClock } from "../../src/clock/monotonic.ts";
import { UdpLane } from "../../src/listener/udp-lane.ts";
import { UdpLoop, WAIT_MS } from "../../src/listener/udp-loop.ts";
import { Counters, PATH, TRANSPORT } from "../../src/memory/counters.ts";
import { EpochReader } from "../../src/memory/epochs.ts";
import { recordRingByteLength } from "../../src/memory/record-ring.ts";
import { WordBuffer } from "../../src/memory/word-buffer.ts";
import { ClientRow } from "../../src/resolver/client-row.ts";
import { createAnswerer } from "../../src/resolver/create-answerer.ts";
import { loadLibc } from "../../src/runtime/libc.ts";
import type { Libc } from "../../src/runtime/libc-contract.ts";
import { BootClock } from "../../src/runtime/linux/boot-clock.ts";
import { DatagramSocket, socketAddress } from "../../src/runtime/linux/datagram-socket.ts";
import { ORIGIN_WORDS } from "../../src/runtime/linux/message-batch.ts";
import { SendBatch } from "../../src/runtime/linux/send-batch.ts";
import { AF_INET } from "../../src/runtime/linux/socket-constants.ts";
import { answerOf, queryFor, UdpAnswering } from "../udp-answering.ts";

const WARM_UP_HITS = 300_000;
const NAMES = 32;
const RING_WORDS = 1024;
const LOCAL = { host: "127.0.0.1", port: 0 };
const hitsWanted = Number(process.argv[2]);
const isControl = process.argv[3] === "control";

/** Sends the same queries again and again, and reads nothing: the kernel drops what comes back. */
class Client {
  private readonly socket: DatagramSocket;
  private readonly batch: SendBatch;
  private readonly lengths: readonly number[];
  private readonly server: Uint32Array = new Uint32Array(ORIGIN_WORDS);

  constructor(libc: Libc, port: number, queries: readonly Uint8Array[]) {
    const options = { local: LOCAL, reusePort: false, receiveTimeoutMs: WAIT_MS };
    this.socket = new DatagramSocket(libc, { ...options, largeBuffers: false });
    const shape = { family: AF_INET, isWildcard: false };
    this.batch = new SendBatch(libc, shape, { count: queries.length, capacityBytes: 128 });
    this.lengths = queries.map((query) => query.length);
    const address = socketAddress(libc, AF_INET, { ...LOCAL, port });
    new Uint8Array(this.server.buffer).set(address);
    for (const query of queries) {
      this.batch.bytes.set(query, this.batch.nextOffset);
      this.batch.push(query.length, this.server, 0);
    }
    this.batch.flush(this.socket.descriptor);
  }

  /** The bytes are where they were. */
  send(): void {
    for (let i = 0; i < this.lengths.length; i++) this.batch.push(this.lengths[i]!, this.server, 0);
    this.batch.flush(this.socket.descriptor);
  }
}

/** Asks for every name once, so that all are in the cache. */
async function fill(set: UdpAnswering, queries: readonly Uint8Array[]): Promise<void> {
  const out = new WordBuffer(4096);
  const client = new ClientRow();
  client.address.set([0, 0, 0xffff, 0x7f000001]);
  const origin = { responder: () => ({ respond: () => {} }) };
  for (const [i, query] of queries.entries()) {
    set.service.accept(query, 0, query.length, out, 0, 4096, client, origin);
    set.group.respond(i, { answers: [answerOf(`n${i}.example`)] });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const libc = await loadLibc();
const set = new UdpAnswering();
const queries = Array.from({ length: NAMES }, (_, id) =>
  queryFor(`n${id}.example`, { id, cookie: id % 2 === 0 }),
);
await fill(set, queries);
const socket = new DatagramSocket(libc, {
  local: LOCAL,
  reusePort: false,
  receiveTimeoutMs: WAIT_MS,
});
const client = new Client(libc, socket.local.port, queries);
const counters = new Counters();
const stopFlag = new Int32Array(1);
const left: object[] = [];
let stopAt = 0;

/** Before it waits for queries it has some sent, and says when there were enough. */
const feedingLibc: Libc = {
  ...libc,
  recvmmsg: (descriptor, vector, count, flags) => {
    if (counters.queries(TRANSPORT.udp, PATH.hit, 0) >= stopAt) stopFlag[0] = 1;
    if (isControl) for (let i = 0; i < NAMES; i++) left[i] = { i };
    client.send();
    return libc.recvmmsg(descriptor, vector, count, flags);
  },
};
const misses = new ArrayBuffer(recordRingByteLength(RING_WORDS));
const shape = { descriptor: socket.descriptor, family: AF_INET, isWildcard: false };
const clock = new MonotonicClock();
clock.follow(new BootClock(libc));
const loop = new UdpLoop({
  libc: feedingLibc,
  lanes: [new UdpLane(feedingLibc, { ...shape, misses })],
  answerer: createAnswerer(set.settings),
  counters,
  epochs: new EpochReader(set.settings.cache.epochs, 0),
  clock,
  stopFlag,
  doorbell: new Int32Array(1),
});

function run(hits: number): void {
  stopAt = counters.queries(TRANSPORT.udp, PATH.hit, 0) + hits;
  stopFlag[0] = 0;
  loop.run();
}

function mark(text: string): void {
  for (const output of [1, 2]) writeSync(output, `${text}\n`);
}

run(WARM_UP_HITS);
mark("BEGIN");
const before = process.memoryUsage().heapUsed;
run(hitsWanted);
const after = process.memoryUsage().heapUsed;
mark("END");
if (counters.queries(TRANSPORT.udp, PATH.hit, 0) < WARM_UP_HITS + hitsWanted) {
  throw new Error("too few hits");
}
console.log(`grew by ${after - before}`);
