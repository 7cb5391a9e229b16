// One query over DNS over HTTPS, over HTTP/2 or HTTP/1.1 as ALPN settles it, on a connection of its
// own.

import { request as request1, type IncomingMessage } from "node:http";
import { connect as connect2, type IncomingHttpHeaders } from "node:http2";
import type { TLSSocket } from "node:tls";
import { messageOf } from "../../errors.ts";
import { UpstreamError } from "../../upstream/contract.ts";
import type { Asked, HttpDetails, HttpMethod } from "./exchange.ts";
import {
  headFault,
  type HttpHead,
  type HttpRequest,
  httpRequest,
  MessageBody,
} from "./http-request.ts";
import { HUNG_UP, onConnection, openSecureConnection } from "./secure-connection.ts";
import type { HttpsUrl } from "./server-url.ts";

export interface HttpsOptions {
  readonly method: HttpMethod;
  /** What to offer; the server chooses. */
  readonly versions: readonly ("2" | "1.1")[];
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

const ALPN = { "2": "h2", "1.1": "http/1.1" } as const;

/** `query` has the ID 0 (RFC 8484 §4.1). Rejects with an UpstreamError. */
export async function askOverHttps(
  query: Uint8Array,
  server: HttpsUrl,
  { method, versions, ca, signal }: HttpsOptions,
): Promise<Asked> {
  const alpn = versions.map((version) => ALPN[version]);
  const { socket, timing, tls } = await openSecureConnection({ ...server, alpn, ca, signal });
  const start = performance.now();
  const request = httpRequest(query, server.path, method);
  const version = tls.alpn === ALPN["2"] ? "2" : "1.1";
  const { message, status } = await onConnection(socket, (fail) => {
    if (!versions.includes(version)) throw noSuchVersion(versions);
    const exchange = version === "2" ? exchange2 : exchange1;
    return exchange(socket, authorityOf(server), request, fail);
  });
  const http: HttpDetails = { version, method, status };
  return { message, timing: { ...timing, queryMs: performance.now() - start }, tls, http };
}

function noSuchVersion(versions: readonly string[]): UpstreamError {
  return new UpstreamError("connect", `it does not speak HTTP/${versions.join(" or HTTP/")}`);
}

/** As a URL and the Host header have it. */
export function authorityOf({ authenticationName, port }: HttpsUrl): string {
  const host = authenticationName.includes(":") ? `[${authenticationName}]` : authenticationName;
  return port === 443 ? host : `${host}:${port}`;
}

interface HttpResponse {
  readonly message: Uint8Array;
  readonly status: number;
}

type HttpExchange = (
  socket: TLSSocket,
  authority: string,
  request: HttpRequest,
  fail: (reason: string) => void,
) => Promise<HttpResponse>;

const exchange2: HttpExchange = (socket, authority, request, fail) => {
  const { method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const session = connect2(`https://${authority}`, { createConnection: () => socket });
    session.on("error", (error: unknown) => fail(messageOf(error)));
    session.on("close", () => fail(HUNG_UP));
    const stream = session.request({
      ":method": method,
      ":path": path,
      ":authority": authority,
      ...headers,
    });
    const response = new Response2(resolve, reject);
    stream.on("error", (error: unknown) => fail(messageOf(error)));
    stream.on("response", (given: IncomingHttpHeaders) => response.headed(given));
    stream.on("data", (bytes: Uint8Array) => response.received(bytes));
    stream.on("end", () => response.ended());
    stream.end(body);
  });
};

/** Head and body of a response over HTTP/2, which may be told of in either order. */
class Response2 {
  private readonly resolve: (response: HttpResponse) => void;
  private readonly reject: (reason: unknown) => void;
  private readonly body = new MessageBody();
  private status: number | undefined;
  private hasEnded = false;

  constructor(resolve: (response: HttpResponse) => void, reject: (reason: unknown) => void) {
    this.resolve = resolve;
    this.reject = reject;
  }

  headed(headers: IncomingHttpHeaders): void {
    this.status = Number(headers[":status"]);
    const fault = headFault(headOf(this.status, headers));
    if (fault !== undefined) this.reject(new UpstreamError("malformed", fault));
    this.finish();
  }

  received(bytes: Uint8Array): void {
    try {
      this.body.add(bytes);
    } catch (error) {
      this.reject(error);
    }
  }

  ended(): void {
    this.hasEnded = true;
    this.finish();
  }

  private finish(): void {
    if (!this.hasEnded || this.status === undefined) return;
    this.resolve({ message: this.body.whole(), status: this.status });
  }
}

const exchange1: HttpExchange = (socket, authority, { method, path, headers, body }, fail) =>
  new Promise((resolve, reject) => {
    const request = request1(
      {
        createConnection: () => socket,
        method,
        path,
        headers: { host: authority, ...headers, connection: "close" },
      },
      (response) => readResponse1(response).then(resolve, reject),
    );
    request.on("error", () => fail(HUNG_UP));
    request.end(body);
  });

async function readResponse1(response: IncomingMessage): Promise<HttpResponse> {
  const status = response.statusCode ?? 0;
  const fault = headFault(headOf(status, response.headers));
  if (fault !== undefined) throw new UpstreamError("malformed", fault);
  const body = new MessageBody();
  for await (const bytes of response) body.add(bytes as Uint8Array);
  return { message: body.whole(), status };
}

/** What of these headers counts. */
export function headOf(status: number, headers: Readonly<Record<string, unknown>>): HttpHead {
  const text = (name: string): string => String(headers[name] ?? "");
  return { status, contentType: text("content-type"), location: text("location") };
}
