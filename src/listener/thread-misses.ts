// The queries that one stream thread could not answer, on the main thread: taken from the thread's
// ring, asked, and answered through its other ring. A response for which that has no room waits here;
// as many can wait as the resolver lets queries wait.

import { ringDoorbell } from "../memory/doorbell.ts";
import { RecordRingReader, RecordRingWriter } from "../memory/record-ring.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import { ClientRow } from "../resolver/client-row.ts";
import { NOTHING, type QueryOrigin, type QueryService } from "../resolver/query-service.ts";
import type { Responder } from "../resolver/waiter.ts";
import { MISS_WORDS, RESPONSE_WORDS, type ThreadRings } from "./thread-rings.ts";

const MAX_MESSAGE = 65_535;
/** When a response found no room, the next try comes this much later. */
const RETRY_MS = 5;

/** A response that found no room. */
interface Delayed {
  readonly bytes: Uint8Array;
  readonly origin: Uint32Array;
}

export class ThreadMisses implements QueryOrigin {
  private readonly service: QueryService;
  private readonly doorbell: Int32Array;
  private readonly misses: RecordRingReader;
  private readonly responses: RecordRingWriter;
  private readonly client: ClientRow = new ClientRow();
  private readonly out: WordBuffer = new WordBuffer(MAX_MESSAGE);
  private readonly origin: Uint32Array = new Uint32Array(RESPONSE_WORDS);
  private delayed: Delayed[] = [];
  private isClosed = false;

  constructor(rings: ThreadRings, service: QueryService) {
    this.service = service;
    this.doorbell = rings.threadDoorbell;
    this.misses = new RecordRingReader(rings.misses, MISS_WORDS);
    this.responses = new RecordRingWriter(rings.responses, RESPONSE_WORDS);
  }

  get isEmpty(): boolean {
    return this.misses.isEmpty;
  }

  /** Takes up to `limit` queries from the ring. */
  take(limit: number): void {
    for (let i = 0; i < limit && this.misses.next(); i++) this.accept();
  }

  /** The thread is gone: what is still to come for it is for nobody. */
  close(): void {
    this.isClosed = true;
    this.delayed = [];
  }

  responder(): Responder {
    return new ThreadMissResponder(this, this.misses.words[this.misses.originAt]!);
  }

  respond(
    number: number,
    out: WordBuffer,
    offset: number,
    length: number,
    result: Int32Array,
  ): void {
    if (this.isClosed) return;
    const { origin } = this;
    origin[0] = number;
    for (let w = 0; w < result.length; w++) origin[1 + w] = result[w]!;
    const isInTurn = this.delayed.length === 0;
    if (isInTurn && this.responses.push(out.bytes, offset, length, origin, 0)) {
      return ringDoorbell(this.doorbell);
    }
    this.delayed.push({ bytes: out.bytes.slice(offset, offset + length), origin: origin.slice() });
    if (isInTurn) this.retryLater();
  }

  /**
   * A response may have come since the thread looked, so that the cache is asked again. Nothing is
   * dropped here: what would be the thread has dropped by the same rules.
   */
  private accept(): void {
    const { client, misses, out, service } = this;
    const { bytes, length, offset, originAt, words } = misses;
    client.transport = words[originAt + 1]!;
    client.answerSet = words[originAt + 2]!;
    for (let w = 0; w < 4; w++) client.address[w] = words[originAt + 3 + w]!;
    const written = service.accept(bytes, offset, length, out, 0, MAX_MESSAGE, client, this);
    if (written !== NOTHING) this.respond(words[originAt]!, out, 0, written, service.result);
  }

  private retryLater(): void {
    setTimeout(() => this.retry(), RETRY_MS);
  }

  private retry(): void {
    let sent = 0;
    for (const { bytes, origin } of this.delayed) {
      if (!this.responses.push(bytes, 0, bytes.length, origin, 0)) break;
      sent++;
    }
    this.delayed.splice(0, sent);
    if (sent > 0) ringDoorbell(this.doorbell);
    if (this.delayed.length > 0) this.retryLater();
  }
}

class ThreadMissResponder implements Responder {
  private readonly misses: ThreadMisses;
  private readonly number: number;

  constructor(misses: ThreadMisses, number: number) {
    this.misses = misses;
    this.number = number;
  }

  respond(out: WordBuffer, offset: number, length: number, result: Int32Array): void {
    this.misses.respond(this.number, out, offset, length, result);
  }
}
