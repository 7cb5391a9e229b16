// One HTTP/2 connection of the load: a stream for each query (RFC 8484). The ID on the wire is 0, as
// caches want it; a query's place among those in flight goes by the ID it would have had.

import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { read16, write16 } from "../../wire/numbers.ts";
import { authorityOf } from "../ask/ask-over-https.ts";
import type { HttpMethod } from "../ask/exchange.ts";
import { headFault, httpRequest } from "../ask/http-request.ts";
import { openSecureConnection } from "../ask/secure-connection.ts";
import type { HttpsUrl } from "../ask/server-url.ts";
import { InFlight } from "./in-flight.ts";
import { MAX_QUERY_LENGTH } from "./question-book.ts";
import { ERROR } from "./tally.ts";
import type { Traffic } from "./traffic.ts";
import { randomSalt } from "./transport.ts";

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

export class Http2Lane {
  readonly inFlight: InFlight;
  traffic: Traffic | undefined;
  private readonly target: Http2Target;
  private readonly authority: string;
  private readonly query: Uint8Array = new Uint8Array(MAX_QUERY_LENGTH);
  private session: ClientHttp2Session | undefined;
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
    const { socket } = await openSecureConnection({ ...server, alpn: ["h2"], ca });
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
    const body: Uint8Array[] = [];
    let isRefused = false;
    stream.on("response", (headers) => (isRefused = hasFault(headers)));
    stream.on("data", (bytes: Uint8Array) => void body.push(bytes));
    stream.on("error", () => {});
    stream.on("close", () => {
      this.responded(traffic, id, isRefused, body);
      this.events.answered();
    });
    stream.end(request.body);
  }

  end(): void {
    this.session?.destroy();
  }

  private responded(traffic: Traffic, id: number, isRefused: boolean, body: Uint8Array[]): void {
    const slot = this.inFlight.find(id);
    // Lost in the meantime, or from a run that is over.
    if (slot < 0 || this.traffic !== traffic) return;
    if (isRefused) return traffic.fail(this.inFlight, slot, ERROR.http);
    const message = body.length === 1 ? body[0]! : Buffer.concat(body);
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

function hasFault(headers: IncomingHttpHeaders): boolean {
  const text = (name: string): string => String(headers[name] ?? "");
  const status = Number(headers[":status"]);
  const head = { status, contentType: text("content-type"), location: text("location") };
  return headFault(head) !== undefined;
}
