// One client's query that waits for an upstream: its own copy of the bytes, and where the response
// goes. Answered exactly once, at the latest by its own deadline, and then used again for another.

import { type Deadline, TimerHandle } from "../clock/timing-wheel.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import { ClientRow } from "./client-row.ts";
import type { Queued, WaiterQueue } from "./waiter-queue.ts";

/** Longer ones than this don't keep their room: only padding makes a query so long. */
const QUERY_CAPACITY = 512;

/** Where a response goes; implemented by the listeners. */
export interface Responder {
  /**
   * Sends the response in `out` at `offset`, which is a multiple of 4. The buffer is the resolver's
   * again when this returns; the two bytes before `offset` are free for a length prefix. `result` is
   * what answer() reports, see resolver/answer-context RESULT. No query may be handed in before this
   * returns: others still wait for what is in the resolver's buffers.
   */
  respond(out: WordBuffer, offset: number, length: number, result: Int32Array): void;
}

/** Who answers a waiter whose time is up. */
export interface WaiterOwner {
  waiterExpired(waiter: Waiter): void;
}

export class Waiter implements Deadline, Queued<Waiter> {
  /** The first `length` bytes are the query. */
  query: Uint8Array = new Uint8Array(QUERY_CAPACITY);
  length = 0;
  /** A row of its own: the listener fills its row in again for the next query. */
  readonly client: ClientRow = new ClientRow();
  responder: Responder | undefined;
  /** The client's cell in the quota; −1 when that was full. */
  quotaCell = -1;
  /** For whoever lets it wait. */
  readonly timer: TimerHandle = new TimerHandle(this);
  /** Those who wait for the same question, itself among them, and its neighbours there. */
  queue: WaiterQueue<Waiter> | undefined;
  previous: Waiter | undefined;
  next: Waiter | undefined;
  private readonly owner: WaiterOwner;

  constructor(owner: WaiterOwner) {
    this.owner = owner;
  }

  /** Takes over a query; its bytes and `client` are copied. */
  begin(
    input: Uint8Array,
    offset: number,
    length: number,
    client: ClientRow,
    responder: Responder,
    quotaCell: number,
  ): void {
    if (length > this.query.length) this.query = new Uint8Array(length);
    const { query } = this;
    for (let i = 0; i < length; i++) query[i] = input[offset + i]!;
    this.length = length;
    this.client.transport = client.transport;
    this.client.answerSet = client.answerSet;
    this.client.nowSeconds = client.nowSeconds;
    this.client.unixSeconds = client.unixSeconds;
    for (let w = 0; w < 4; w++) this.client.address[w] = client.address[w]!;
    this.responder = responder;
    this.quotaCell = quotaCell;
  }

  /** It has been answered: gives up what it held. */
  end(): void {
    this.responder = undefined;
    if (this.query.length > QUERY_CAPACITY) this.query = new Uint8Array(QUERY_CAPACITY);
  }

  expire(): void {
    this.owner.waiterExpired(this);
  }
}
