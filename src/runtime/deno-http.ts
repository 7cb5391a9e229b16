// What the contract asks of an HTTP server and Deno.serve does not do by itself: bodies are bounded, a
// response waits for its request's body, a HEAD gets no body, and a server that is stopping can still
// be told to end what is left.

import { afterBody, hasUnreadBody } from "./after-body.ts";
import type { HttpOptions } from "./contract.ts";
import type { DenoHandler } from "./deno-api.ts";

const DEFAULT_MAX_BODY_BYTES = 128 << 10;
const DEFAULT_IDLE_MS = 10_000;

/** The responses that are still to come. */
export class AwaitedResponses {
  private readonly cuts: Set<() => void> = new Set();

  /** Settles as `response` does, or with a bare 503 when cutAll() comes first. */
  until(response: Promise<Response>): Promise<Response> {
    return new Promise((resolve, reject) => {
      const cut = (): void => resolve(new Response(null, { status: 503 }));
      this.cuts.add(cut);
      response.then(resolve, reject).finally(() => this.cuts.delete(cut));
    });
  }

  cutAll(): void {
    for (const cut of this.cuts) cut();
  }
}

export function denoHandler(options: HttpOptions, awaited: AwaitedResponses): DenoHandler {
  const answer = answerWith(options);
  return (request, { remoteAddr }) => {
    const response = answer(request, remoteAddr.hostname);
    return response instanceof Response ? response : awaited.until(response);
  };
}

function answerWith(options: HttpOptions): HttpOptions["fetch"] {
  const { fetch, idleTimeoutMs = DEFAULT_IDLE_MS } = options;
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = options;
  return (request, remote) => {
    if (request.method === "GET") return fetch(request, remote);
    if (request.method === "HEAD") return withoutBody(fetch(request, remote));
    if (!mayBeTaken(request, maxBodyBytes)) return new Response(null, { status: 413 });
    const limited = limitBody(request, maxBodyBytes);
    const response = fetch(limited, remote);
    return hasUnreadBody(limited) ? afterBody(limited, response, idleTimeoutMs) : response;
  };
}

/** Over HTTP/2 Deno ends the stream with an error when there is one. */
async function withoutBody(given: Response | Promise<Response>): Promise<Response> {
  const response = await given;
  const { byteLength } = await response.arrayBuffer();
  const { headers, status } = response;
  headers.set("content-length", String(byteLength));
  return new Response(null, { headers, status });
}

function mayBeTaken({ headers }: Request, maxBytes: number): boolean {
  return Number(headers.get("content-length") ?? 0) <= maxBytes;
}

/** A body whose length was not declared ends with an error beyond the limit. */
function limitBody(request: Request, maxBytes: number): Request {
  if (request.headers.has("content-length") || request.body === null) return request;
  let length = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.length;
      if (length <= maxBytes) controller.enqueue(chunk);
      else controller.error(new RangeError(`the body is longer than ${maxBytes} bytes`));
    },
  });
  const body = request.body.pipeThrough(limit);
  return new Request(request, { body, duplex: "half" } as RequestInit);
}
