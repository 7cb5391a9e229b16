// On a stream thread: what its listeners can't answer from the cache. Each query goes to the main thread
// through one ring, with a number; the response comes back through another with that number. The
// event loop sleeps on a doorbell, so that neither thread waits for the other.

import { COUNTER, type Counters, PATH } from "../memory/counters.ts";
import { ringDoorbell } from "../memory/doorbell.ts";
import { RecordRingReader, RecordRingWriter } from "../memory/record-ring.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import { EDE, RCODE } from "../wire/constants.ts";
import type { Answerer } from "../resolver/answer.ts";
import { RESULT } from "../resolver/answer-context.ts";
import type { ClientRow } from "../resolver/client-row.ts";
import type { MissTaker } from "../resolver/query-service.ts";
import type { Responder } from "../resolver/waiter.ts";
import { RingTaker, type TakenRing } from "./ring-taker.ts";
import { MISS_WORDS, RESPONSE_WORDS, type ThreadRings } from "./thread-rings.ts";

const MAX_MESSAGE = 65_535;
/** Room for a length prefix, at a multiple of 4. */
const OUT_OFFSET = 4;

export interface MissesToMainParts {
  readonly rings: ThreadRings;
  readonly answerer: Answerer;
  /** This thread's row. */
  readonly counters: Counters;
}

export class MissesToMain implements MissTaker, TakenRing {
  private readonly parts: MissesToMainParts;
  private readonly misses: RecordRingWriter;
  private readonly responses: RecordRingReader;
  private readonly origin: Uint32Array = new Uint32Array(MISS_WORDS);
  private readonly result: Int32Array = new Int32Array(RESPONSE_WORDS - 1);
  private readonly out: WordBuffer = new WordBuffer(OUT_OFFSET + MAX_MESSAGE);
  /** By the query's number; those that are free are in `free`. */
  private readonly waiting: (Responder | undefined)[] = [];
  private readonly free: number[] = [];
  private readonly taker: RingTaker;

  constructor(parts: MissesToMainParts) {
    const { misses, responses } = parts.rings;
    this.parts = parts;
    this.misses = new RecordRingWriter(misses, MISS_WORDS);
    this.responses = new RecordRingReader(responses, RESPONSE_WORDS);
    const rings = [this];
    this.taker = new RingTaker(parts.rings.threadDoorbell, () => rings);
  }

  /** When the ring is full the query is answered with SERVFAIL at once, and counted. */
  resolve(
    input: Uint8Array,
    offset: number,
    length: number,
    client: ClientRow,
    responder: Responder,
  ): void {
    const number = this.free.pop() ?? this.waiting.length;
    const { origin } = this;
    origin[0] = number;
    origin[1] = client.transport;
    origin[2] = client.answerSet;
    for (let w = 0; w < 4; w++) origin[3 + w] = client.address[w]!;
    if (this.misses.push(input, offset, length, origin, 0)) {
      this.waiting[number] = responder;
      ringDoorbell(this.parts.rings.mainDoorbell);
    } else {
      if (number < this.waiting.length) this.free.push(number);
      this.turnAway(client.transport, responder);
    }
  }

  /** Hands on the responses that come, until close(). */
  run(): Promise<void> {
    return this.taker.run();
  }

  close(): void {
    this.taker.close();
  }

  get isEmpty(): boolean {
    return this.responses.isEmpty;
  }

  take(limit: number): void {
    for (let i = 0; i < limit && this.responses.next(); i++) this.takeResponse();
  }

  private takeResponse(): void {
    const { originAt, words } = this.responses;
    const number = words[originAt]!;
    const responder = this.waiting[number]!;
    this.waiting[number] = undefined;
    this.free.push(number);
    const { result } = this;
    for (let w = 0; w < result.length; w++) result[w] = words[originAt + 1 + w]!;
    responder.respond(this.out, OUT_OFFSET, this.copyPayload(), result);
  }

  private copyPayload(): number {
    const { length, offset, words } = this.responses;
    const end = (offset + length + 3) >> 2;
    for (let from = offset >> 2, to = OUT_OFFSET >> 2; from < end; from++, to++) {
      this.out.words[to] = words[from]!;
    }
    return length;
  }

  /** The query is still the one that was answered last. */
  private turnAway(transport: number, responder: Responder): void {
    const { answerer, counters } = this.parts;
    const { out, outOffset, result } = answerer.context;
    const length = answerer.respondWith(RCODE.SERVFAIL, PATH.failed, EDE.OTHER);
    counters.count(COUNTER.missesRefused);
    counters.countQuery(transport, result[RESULT.path]!, result[RESULT.rcode]!);
    responder.respond(out, outOffset, length, result);
  }
}
