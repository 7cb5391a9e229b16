// Holds a response back until the request's body has been read: over HTTP/2 both runtimes' servers
// reset a stream whose response is done before its request, and clients then lose the response.

export function hasUnreadBody({ method, bodyUsed }: Request): boolean {
  return method !== "GET" && method !== "HEAD" && !bodyUsed;
}

/** Reads the body if nobody does, but not for longer than `timeoutMs`. */
export async function afterBody(
  request: Request,
  given: Response | Promise<Response>,
  timeoutMs: number,
): Promise<Response> {
  const response = await given;
  if (!request.bodyUsed) await within(timeoutMs, request.arrayBuffer());
  return response;
}

/** Resolves when `promise` settles, however it does, or when time is up. */
function within(timeoutMs: number, promise: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const settled = (): void => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(settled, settled);
  });
}
