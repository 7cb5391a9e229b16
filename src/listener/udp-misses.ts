// The queries of one socket that its thread could not answer, on the main thread: taken from the ring,
// asked, and answered on the same descriptor from the address that was asked. Responses that come in
// one turn of the event loop leave in one call.

import { COUNTER, type Counters, TRANSPORT } from "../memory/counters.ts";
import { RecordRingReader } from "../memory/record-ring.ts";
import { FreeList } from "../memory/free-list.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import { ClientRow } from "../resolver/client-row.ts";
import { UDP_SIZE } from "../resolver/finish-response.ts";
import { NOTHING, type QueryOrigin, type QueryService } from "../resolver/query-service.ts";
import type { Responder } from "../resolver/waiter.ts";
import type { Libc } from "../runtime/libc-contract.ts";
import type { DatagramSocket } from "../runtime/linux/datagram-socket.ts";
import { ORIGIN_WORDS } from "../runtime/linux/message-batch.ts";
import { copyOriginAddress } from "../runtime/linux/origin.ts";
import { SendBatch } from "../runtime/linux/send-batch.ts";

/** Responses that one call sends, unless told otherwise. */
const BATCH = 32;
/** Queries taken or responses sent before the core is offered to other threads: 0.1 to 0.2 ms of work. */
const TURN = 16;

export interface UdpMissesParts {
  readonly libc: Libc;
  readonly socket: DatagramSocket;
  /** memory/record-ring. */
  readonly ring: ArrayBufferLike;
  readonly service: QueryService;
  readonly counters: Counters;
  /** Responses that one call sends. */
  readonly batchCount?: number;
  /** As the ring was made with. */
  readonly lineWords?: number;
}

export class UdpMisses implements QueryOrigin {
  private readonly libc: Libc;
  private readonly service: QueryService;
  private readonly counters: Counters;
  private readonly socket: DatagramSocket;
  private readonly ring: RecordRingReader;
  private readonly responses: SendBatch;
  private readonly client: ClientRow = new ClientRow();
  private readonly idle: FreeList<UdpMissResponder> = new FreeList(
    () => new UdpMissResponder(this, this.idle),
  );
  private readonly flush: () => void = () => this.flushNow();
  private doneInTurn = 0;
  private isFlushDue = false;
  private isClosed = false;

  constructor({ libc, socket, ring, service, counters, ...sizes }: UdpMissesParts) {
    const { batchCount: count = BATCH, lineWords } = sizes;
    this.libc = libc;
    this.service = service;
    this.counters = counters;
    this.socket = socket;
    this.ring = new RecordRingReader(ring, ORIGIN_WORDS, lineWords);
    this.responses = new SendBatch(libc, socket, { count, capacityBytes: UDP_SIZE });
    this.client.transport = TRANSPORT.udp;
  }

  /** Queries lost because the ring was full. */
  get refused(): number {
    return this.ring.refused;
  }

  get isEmpty(): boolean {
    return this.ring.isEmpty;
  }

  /** Takes up to `limit` queries from the ring. */
  take(limit: number): void {
    for (let i = 0; i < limit && this.ring.next(); i++) this.accept();
  }

  /** Nothing is sent any more; the socket may be closed. */
  close(): void {
    this.flushNow();
    this.isClosed = true;
  }

  responder(): Responder {
    const responder = this.idle.take();
    responder.begin(this.ring.words, this.ring.originAt);
    return responder;
  }

  send(out: WordBuffer, offset: number, length: number, origin: Uint32Array): void {
    if (this.isClosed) return;
    const { nextOffset, words } = this.responses;
    const end = (offset + length + 3) >> 2;
    for (let from = offset >> 2, to = nextOffset >> 2; from < end; from++, to++) {
      words[to] = out.words[from]!;
    }
    this.push(length, origin, 0);
    this.offerCore();
  }

  /** A response may have come since the thread looked, so that the cache is asked again. */
  private accept(): void {
    const { client, responses, ring, service } = this;
    copyOriginAddress(this.socket.family, ring.bytes, ring.originAt * 4, client.address);
    const { capacityBytes, nextOffset } = responses;
    const written = service.accept(
      ring.bytes,
      ring.offset,
      ring.length,
      responses,
      nextOffset,
      capacityBytes,
      client,
      this,
    );
    if (written !== NOTHING) this.push(written, ring.words, ring.originAt);
    this.offerCore();
  }

  /**
   * A UDP thread that shares the core and had just used up its share when a datagram woke it would wait
   * for the kernel's next tick, milliseconds away: only then does Linux look again whose turn it is.
   */
  private offerCore(): void {
    if (++this.doneInTurn < TURN) return;
    this.doneInTurn = 0;
    this.libc.sched_yield();
  }

  private push(length: number, origins: Uint32Array, at: number): void {
    this.responses.push(length, origins, at);
    if (this.responses.isFull) return this.flushNow();
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    setImmediate(this.flush);
  }

  private flushNow(): void {
    this.isFlushDue = false;
    if (this.isClosed) return;
    const failures = this.responses.flush(this.socket.descriptor);
    for (let i = 0; i < failures; i++) this.counters.count(COUNTER.sendFailures);
  }
}

/** Where one response goes; used again for another when it has gone there. */
class UdpMissResponder implements Responder {
  private readonly misses: UdpMisses;
  private readonly idle: FreeList<UdpMissResponder>;
  private readonly origin: Uint32Array = new Uint32Array(ORIGIN_WORDS);

  constructor(misses: UdpMisses, idle: FreeList<UdpMissResponder>) {
    this.misses = misses;
    this.idle = idle;
  }

  begin(origins: Uint32Array, at: number): void {
    for (let w = 0; w < ORIGIN_WORDS; w++) this.origin[w] = origins[at + w]!;
  }

  respond(out: WordBuffer, offset: number, length: number): void {
    this.misses.send(out, offset, length, this.origin);
    this.idle.give(this);
  }
}
