// One client's query that waits for an upstream: its own copy of the bytes, and where the response
// goes. Answered exactly once, at the latest by its own deadline.

import type { TimerHandle } from "../clock/timing-wheel.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";
import { ClientRow } from "./client-row.ts";

/** Where a response goes; implemented by the listeners. */
export interface Responder {
  /**
   * Sends the response in `out` at `offset`, which is a multiple of 4. The buffer is the resolver's
   * again when this returns; the two bytes before `offset` are free for a length prefix. `result` is
   * what answer() reports, see resolver/answer-context RESULT.
   */
  respond(out: WordBuffer, offset: number, length: number, result: Int32Array): void;
}

/** Who answers a waiter whose time is up. */
export interface WaiterOwner {
  waiterExpired(waiter: Waiter): void;
}

export class Waiter {
  readonly query: Uint8Array;
  readonly client: ClientRow;
  readonly responder: Responder;
  /** The client's cell in the quota. */
  readonly quotaCell: number;
  private readonly owner: WaiterOwner;
  timer: TimerHandle | undefined;
  /** Those who wait for the same question, itself among them; none when it was turned away. */
  queue: Set<Waiter> | undefined;

  /** `query` is the waiter's from now on; `client` is copied. */
  constructor(
    query: Uint8Array,
    client: ClientRow,
    responder: Responder,
    quotaCell: number,
    owner: WaiterOwner,
  ) {
    this.query = query;
    this.client = copyClient(client);
    this.responder = responder;
    this.quotaCell = quotaCell;
    this.owner = owner;
  }

  expire(): void {
    this.timer = undefined;
    this.owner.waiterExpired(this);
  }
}

/** A row of the waiter's own: the listener fills its row in again for the next query. */
function copyClient(client: ClientRow): ClientRow {
  const copy = new ClientRow();
  copy.transport = client.transport;
  copy.address.set(client.address);
  copy.answerSet = client.answerSet;
  return copy;
}
