// One DNS query over HTTP (RFC 8484): reads the query out of a request, hands it to the same service
// as every other transport, and makes an HTTP response of the answer. Knows nothing of paths, of
// versions of HTTP or of who listens. Never throws and never rejects, whatever the request.

import type { TimingWheel } from "../clock/timing-wheel.ts";
import { TRANSPORT } from "../memory/counters.ts";
import { WordBuffer } from "../memory/word-buffer.ts";
import type { AnswerContext } from "../resolver/answer-context.ts";
import { ClientRow } from "../resolver/client-row.ts";
import { NOTHING, type QueryOrigin, type QueryService } from "../resolver/query-service.ts";
import type { Responder } from "../resolver/waiter.ts";
import { decodeBase64Url } from "./base64url.ts";
import { answerResponse, isPersonal, MEDIA_TYPE, refusal } from "./doh-response.ts";

const MAX_MESSAGE = 65_535;
const OUT_OFFSET = 4;

/**
 * What the HTTP server should let through: over a message's length, so that it is answered with 413
 * here; what is longer yet the runtime cuts off, over HTTP/2 with a bare reset.
 */
export const MAX_BODY_BYTES: number = 128 << 10;

export interface DohExchangeParts {
  readonly service: QueryService;
  /** The one of the service's Answerer. */
  readonly context: AnswerContext;
  readonly timers: TimingWheel;
  /** The body of a POST must arrive whole within this long. */
  readonly messageTimeoutMs: number;
}

export class DohExchange implements QueryOrigin {
  private readonly parts: DohExchangeParts;
  private readonly client: ClientRow = new ClientRow();
  private readonly query: Uint8Array = new Uint8Array(MAX_MESSAGE);
  private readonly out: WordBuffer = new WordBuffer(OUT_OFFSET + MAX_MESSAGE);
  private waiting: DohResponder | undefined;

  constructor(parts: DohExchangeParts) {
    this.parts = parts;
    this.client.transport = TRANSPORT.doh;
  }

  /**
   * Answers `request`, which counts for the client at `address` (four words, as in ClientRow). What is
   * known is answered at once; only a POST's body and a miss take a promise. A HEAD gets the body that
   * a GET gets: leaving it out is the HTTP server's part.
   */
  exchange(request: Request, address: Uint32Array): Response | Promise<Response> {
    const { method } = request;
    if (method === "POST") return this.post(request, address);
    if (method === "GET" || method === "HEAD") return this.get(request.url, address);
    return refusal(405, "Use GET or POST.", { allow: "GET, HEAD, POST" });
  }

  responder(): Responder {
    this.waiting = new DohResponder(isPersonal(this.parts.context));
    return this.waiting;
  }

  private get(url: string, address: Uint32Array): Response | Promise<Response> {
    const start = dnsParameter(url);
    if (start < 0) return refusal(400, "The parameter `dns` is missing.");
    const length = decodeBase64Url(url, start, endOfParameter(url, start), this.query);
    if (length < 0) return refusal(400, "`dns` is not a DNS message in base64url without padding.");
    return this.answer(this.query, length, address);
  }

  private post(request: Request, address: Uint32Array): Response | Promise<Response> {
    if (isDnsMessage(request.headers.get("content-type"))) return this.read(request, address);
    return refusal(415, `Send a DNS message as ${MEDIA_TYPE}.`, { accept: MEDIA_TYPE });
  }

  private read(request: Request, address: Uint32Array): Promise<Response> {
    const { messageTimeoutMs, timers } = this.parts;
    return new Promise((resolve) => {
      const expire = (): void => resolve(refusal(408, "The query did not arrive in time."));
      const timer = timers.schedule(messageTimeoutMs, { expire });
      const settle = (response: Response | Promise<Response>): void => {
        timers.cancel(timer);
        resolve(response);
      };
      request.arrayBuffer().then(
        (body) => settle(this.posted(new Uint8Array(body), address)),
        // Over the server's limit; or the client is gone, and nobody reads this.
        () => settle(tooLong()),
      );
    });
  }

  private posted(body: Uint8Array, address: Uint32Array): Response | Promise<Response> {
    return body.length > MAX_MESSAGE ? tooLong() : this.answer(body, body.length, address);
  }

  private answer(
    query: Uint8Array,
    length: number,
    address: Uint32Array,
  ): Response | Promise<Response> {
    const { client, out } = this;
    const { context, service } = this.parts;
    client.address.set(address);
    this.waiting = undefined;
    const written = service.accept(query, 0, length, out, OUT_OFFSET, MAX_MESSAGE, client, this);
    if (written !== NOTHING) {
      return answerResponse(out, OUT_OFFSET, written, context.result, isPersonal(context));
    }
    return this.pending() ?? refusal(400, "This is not a DNS query.");
  }

  /** The response that is to come for the last query; none when it was dropped. */
  private pending(): Promise<Response> | undefined {
    return this.waiting?.promise;
  }
}

class DohResponder implements Responder {
  readonly promise: Promise<Response>;
  private readonly isPersonal: boolean;
  private settle!: (response: Response) => void;

  /** `isPersonal`: of the query, which the context does not have any more when the response comes. */
  constructor(isPersonal: boolean) {
    this.isPersonal = isPersonal;
    this.promise = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  respond(out: WordBuffer, offset: number, length: number, result: Int32Array): void {
    this.settle(answerResponse(out, offset, length, result, this.isPersonal));
  }
}

function tooLong(): Response {
  return refusal(413, `A DNS message has at most ${MAX_MESSAGE} bytes.`);
}

function isDnsMessage(contentType: string | null): boolean {
  if (contentType === MEDIA_TYPE) return true;
  return contentType?.split(";", 1)[0]!.trim().toLowerCase() === MEDIA_TYPE;
}

/** Where the value of the query parameter `dns` begins; -1 without one. Makes no URL object. */
function dnsParameter(url: string): number {
  for (let at = url.indexOf("?"); at >= 0; at = url.indexOf("&", at + 1)) {
    if (url.startsWith("dns=", at + 1)) return at + 5;
  }
  return -1;
}

function endOfParameter(url: string, start: number): number {
  const end = url.indexOf("&", start);
  return end < 0 ? url.length : end;
}
