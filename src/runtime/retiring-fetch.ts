// A handler of HTTP requests that can be told to send its clients away. A client that reads
// "Connection: close" asks nothing more on that connection (RFC 9112 §9.6), and Bun closes it by
// itself. Over other versions of HTTP both runtimes leave the field out.

import type { HttpOptions } from "./contract.ts";

export class RetiringFetch {
  readonly answer: HttpOptions["fetch"];
  private isRetired = false;

  constructor(fetch: HttpOptions["fetch"]) {
    this.answer = (request, remote) => {
      const response = fetch(request, remote);
      if (response instanceof Response) return this.isRetired ? lastOf(response) : response;
      return response.then((settled) => (this.isRetired ? lastOf(settled) : settled));
    };
  }

  /** What is in flight is told as well. */
  retire(): void {
    this.isRetired = true;
  }
}

function lastOf(response: Response): Response {
  response.headers.set("connection", "close");
  return response;
}
