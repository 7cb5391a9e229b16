// Bounds the body of a request, for a runtime whose HTTP server does not.

/** Undefined when the declared length is over `maxBytes`; a longer undeclared body rejects its reader. */
export function limitBody(request: Request, maxBytes: number): Request | undefined {
  const declared = request.headers.get("content-length");
  if (declared !== null) return Number(declared) <= maxBytes ? request : undefined;
  if (request.body === null) return request;
  let length = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.length;
      if (length <= maxBytes) controller.enqueue(chunk);
      else controller.error(new RangeError(`the body is longer than ${maxBytes} bytes`));
    },
  });
  return new Request(request, {
    body: request.body.pipeThrough(limit),
    duplex: "half",
  } as RequestInit);
}
