// Data plane: no allocation after start.
// One socket as a thread serves it: where its datagrams come in and leave, and the ring on which it
// hands over what has to be asked.

import { RecordRingWriter } from "../memory/record-ring.ts";
import type { Libc } from "../runtime/libc-contract.ts";
import { ORIGIN_WORDS, type SocketShape } from "../runtime/linux/message-batch.ts";
import { ReceiveBatch } from "../runtime/linux/receive-batch.ts";
import { SendBatch } from "../runtime/linux/send-batch.ts";
import { UDP_SIZE } from "../resolver/finish-response.ts";

/** Messages that one call takes, unless a lane is told otherwise. */
const BATCH = 64;
/** Longer queries are dropped; the longest name with every option that Hermod knows takes 400 bytes. */
const QUERY_CAPACITY_BYTES = 2048;

/** What a thread is told of a socket; can be sent to it. */
export interface UdpLaneSettings extends SocketShape {
  readonly descriptor: number;
  /** memory/record-ring, this lane's own. */
  readonly misses: ArrayBufferLike;
  /** Messages that one call takes. */
  readonly batchCount?: number;
  /** As the ring was made with. */
  readonly lineWords?: number;
}

export class UdpLane {
  readonly descriptor: number;
  readonly family: number;
  readonly received: ReceiveBatch;
  readonly responses: SendBatch;
  readonly misses: RecordRingWriter;

  constructor(libc: Libc, settings: UdpLaneSettings) {
    const { batchCount: count = BATCH, descriptor, family, isWildcard } = settings;
    const shape = { family, isWildcard };
    this.descriptor = descriptor;
    this.family = family;
    this.received = new ReceiveBatch(libc, shape, { count, capacityBytes: QUERY_CAPACITY_BYTES });
    this.responses = new SendBatch(libc, shape, { count, capacityBytes: UDP_SIZE });
    this.misses = new RecordRingWriter(settings.misses, ORIGIN_WORDS, settings.lineWords);
  }
}
