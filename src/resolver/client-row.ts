// What a listener knows of the client that sent a query. One row is made at start and filled in
// again for each query; whoever keeps something beyond the call copies it.

export class ClientRow {
  /** One of memory/counters TRANSPORT. */
  transport = 0;
  /** The client's address: 128 bits as four words, most significant first; IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint32Array = new Uint32Array(4);
  /** The set of answers that this client's policy view gives (0–65,535): part of the cache's key. */
  answerSet = 0;
  /** Seconds of the monotonic clock. */
  nowSeconds = 0;
  /** Seconds since 1970, for server cookies only. */
  unixSeconds = 0;
}
