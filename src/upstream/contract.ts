// One upstream: a resolver that Hermod asks. Each implementation answers exactly one of: the matching
// response, or an UpstreamError. It never hands on a response whose question differs (RFC 5452 §9.1).

/** Why an upstream gave no response. */
export type UpstreamFault =
  | "timeout" // silent until the deadline
  | "connect" // could not connect, or TLS failed (RFC 8310: never falls back to clear text)
  | "closed" // the connection ended with the query in flight
  | "malformed" // what came back is not a DNS message, or none that will do
  | "overload" // every message ID is taken
  | "stopped"; // close() was called

export class UpstreamError extends Error {
  readonly fault: UpstreamFault;

  constructor(fault: UpstreamFault, message: string) {
    super(message);
    this.name = "UpstreamError";
    this.fault = fault;
  }
}

/**
 * Who asked one upstream: hears exactly one of these, once, perhaps before ask() returns. A callback
 * and not a promise: a miss is to leave no garbage.
 */
export interface Asker {
  /** The response is the asker's: a buffer of its own, ID as in the query. */
  responded(response: Uint8Array, latencyMs: number): void;
  failed(error: UpstreamError): void;
}

export interface Upstream {
  /** As configured, for people: `tls://9.9.9.9:853#dns.quad9.net`. */
  readonly url: string;
  /** Over TLS with a verified certificate: its AD bit may be passed on (RFC 6840 §5.8). */
  readonly authenticated: boolean;
  /**
   * Asks. `query` is a whole DNS message whose ID is ignored; it is the caller's and is not changed,
   * and must stay as it is until `asker` has heard. `nowMs`: what the monotonic clock says.
   */
  ask(query: Uint8Array, timeoutMs: number, asker: Asker, nowMs: number): void;
  /** Fails what is in flight and closes every socket. */
  close(): void;
}

/** What upstreams report, once an event; the counters' owner implements it. */
export interface UpstreamObserver {
  /** A query was written; `reused`: on a connection that had carried one before. */
  asked(url: string, reused: boolean): void;
  answered(url: string, latencyMs: number): void;
  /** `reason`: for people, as `certificate has expired`. */
  failed(url: string, fault: UpstreamFault, reason: string): void;
}

/** Who asked a group. Says whether a response will do; the next upstream is asked while it will not. */
export interface Judge {
  /**
   * False for what is malformed and for failures (SERVFAIL, REFUSED …). The judge keeps of the
   * response what its owner needs; the buffer is the judge's to keep.
   */
  accepts(response: Uint8Array): boolean;
  /**
   * The last call, once, perhaps before ask() returns: a response was accepted, or none came that was,
   * and `error` is the last upstream's.
   */
  ended(error: UpstreamError | undefined): void;
}

/** Upstreams that stand in for each other. */
export interface UpstreamGroup {
  /** Every member is authenticated. */
  readonly authenticated: boolean;
  /** As Upstream.ask(). */
  ask(query: Uint8Array, timeoutMs: number, judge: Judge, nowMs: number): void;
  close(): void;
}
