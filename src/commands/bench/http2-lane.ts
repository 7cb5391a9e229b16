// One HTTP/2 connection of the load: a stream for each query (RFC 8484). The ID on the wire is 0, as
// caches want it; a query's place among those in flight goes by the ID it would have had.

import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from "node:http2";
import { read16, write16 } from "../../wire/numbers.ts";
import { authorityOf, headOf } from "../ask/ask-over-https.ts";
import type { HttpMethod } from "../ask/exchange.ts";
import { headFault, httpRequest, MessageBody } from "../ask/http-request.ts";
import { openSecureConnection } from "../ask/secure-connection.ts";
import type { HttpsUrl } from "../ask/server-url.ts";
import { InFlight } from "./in-flight.ts";
import type { Lane } from "./lane-rotation.ts";
import { MAX_QUERY_LENGTH } from "./question-book.ts";
import { ERROR } from "./tally.ts";
import type { Traffic } from "./traffic.ts";
import { CONNECT_TIMEOUT_MS, randomSalt } from "./transport.ts";

export interface Http2Target {
  readonly server: HttpsUrl;
  readonly ca: string | undefined;
  readonly method: HttpMethod;
}

export interface Http2LaneEvents {
  /** A connection that was open takes no more queries. */
  closed(): void;
  /** A stream is over, whatever came of it. */
  answered(): void;
}

/** Streams that a server must let a client have (RFC 9113 §6.5.2 recommends at least so many). */
const MAX_STREAMS = 100;

export class Http2Lane implements Lane {
  readonly inFlight: InFlight;
  traffic: Traffic | undefined;
  private readonly target: Http2Target;
  private readonly authority: string;
  private readonly query: Uint8Array = new Uint8Array(MAX_QUERY_LENGTH);
  private session: ClientHttp2Session | undefined;
  /** Those that are open, by the IDs of their queries, the oldest first. */
  private readonly streams: Map<number, ClientHttp2Stream> = new Map();
  private readonly events: Http2LaneEvents;

  constructor(target: Http2Target, capacity: number, events: Http2LaneEvents) {
    this.target = target;
    this.events = events;
    this.authority = authorityOf(target.server);
    this.inFlight = new InFlight(capacity, randomSalt());
  }

  /** Rejects with an UpstreamError. */
  async open(): Promise<void> {
    const { ca, server } = this.target;
    const { socket } = await openSecureConnection({
      ...server,
      ...{ alpn: ["h2"], ca, timeoutMs: CONNECT_TIMEOUT_MS },
    });
    socket.setNoDelay(true);
    const session = connect(`https://${this.authority}`, { createConnection: () => socket });
    session.on("error", () => session.destroy());
    session.on("goaway", () => this.ended(session));
    session.on("close", () => this.ended(session));
    this.session = session;
  }

  get isFull(): boolean {
    return this.session === undefined || this.inFlight.count >= MAX_STREAMS || this.inFlight.isFull;
  }

  /** Sends a query that is due. Not when it is full. */
  ask(traffic: Traffic, nowMs: number): void {
    this.cancelLost();
    const { method, server } = this.target;
    const length = traffic.write(this.inFlight, nowMs, this.query, 0);
    const id = read16(this.query, 0);
    write16(this.query, 0, 0);
    const request = httpRequest(this.query.subarray(0, length), server.path, method);
    const stream = this.session!.request({
      ":method": method,
      ":path": request.path,
      ":authority": this.authority,
      ...request.headers,
    });
    const response = new StreamResponse();
    this.streams.set(id, stream);
    stream.on("response", (headers) => response.headed(headers));
    stream.on("data", (bytes: Uint8Array) => response.received(bytes));
    stream.on("error", () => {});
    stream.on("close", () => {
      if (this.streams.get(id) === stream) this.streams.delete(id);
      this.responded(traffic, id, response);
      this.events.answered();
    });
    stream.end(request.body);
  }

  /** Streams whose queries are lost make room at the server. */
  private cancelLost(): void {
    for (const [id, stream] of this.streams) {
      if (this.inFlight.find(id) >= 0) return;
      this.streams.delete(id);
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  end(): void {
    this.session?.destroy();
  }

  private responded(traffic: Traffic, id: number, response: StreamResponse): void {
    const slot = this.inFlight.find(id);
    // Lost in the meantime, or from a run that is over.
    if (slot < 0 || this.traffic !== traffic) return;
    if (response.isRefused) return traffic.fail(this.inFlight, slot, ERROR.http);
    if (response.isTooLong) return traffic.fail(this.inFlight, slot, ERROR.malformed);
    const message = response.body.whole();
    if (message.length === 0) return traffic.lose(this.inFlight, slot);
    if (message.length < 2) return traffic.fail(this.inFlight, slot, ERROR.malformed);
    // A wrong ID is nobody's; here it is known whose query it spoils.
    if (read16(message, 0) !== 0) {
      traffic.tally.errors[ERROR.id]!++;
      return traffic.lose(this.inFlight, slot);
    }
    write16(message, 0, id);
    traffic.take(this.inFlight, message, 0, message.length, performance.now());
  }

  private ended(session: ClientHttp2Session): void {
    if (this.session !== session) return;
    this.session = undefined;
    // Streams that are open yet may still end well.
    session.close();
    this.events.closed();
  }
}

/** What has come on one stream. */
class StreamResponse {
  isRefused = false;
  isTooLong = false;
  readonly body: MessageBody = new MessageBody();

  headed(headers: IncomingHttpHeaders): void {
    this.isRefused = headFault(headOf(Number(headers[":status"]), headers)) !== undefined;
  }

  /** What is too much for a message is not kept. */
  received(bytes: Uint8Array): void {
    try {
      this.body.add(bytes);
    } catch {
      this.isTooLong = true;
    }
  }
}
