// The HTTP responses of DNS over HTTPS (RFC 8484): an answer with how long it stays fresh, or a
// refusal of the HTTP request in one line of text.

import { type AnswerContext, RESULT } from "../resolver/answer-context.ts";
import { RCODE } from "../wire/constants.ts";
import type { WordBuffer } from "../memory/word-buffer.ts";

export const MEDIA_TYPE = "application/dns-message";
/** Some CDNs keep what is `no-store` all the same, but none what is `private`. */
const NOT_FOR_CACHES = "private, no-store";

/**
 * The response in `out`; its bytes are copied. `result`: what answer() reports of it; `isPersonal`: of
 * its query.
 */
export function answerResponse(
  out: WordBuffer,
  offset: number,
  length: number,
  result: Int32Array,
  isPersonal: boolean,
): Response {
  // A body that is a view is copied by the constructor (Fetch, "extract a body").
  const body = out.bytes.subarray(offset, offset + length) as Uint8Array<ArrayBuffer>;
  return new Response(body, answerInit(isPersonal ? 0 : freshSeconds(result)));
}

const INIT_CAPACITY = 4096;
const inits: Map<number, ResponseInit> = new Map();

/** A Headers object is taken over in half the time that its making takes; there is one for each age. */
function answerInit(maxAgeSeconds: number): ResponseInit {
  const known = inits.get(maxAgeSeconds);
  if (known !== undefined) return known;
  if (inits.size >= INIT_CAPACITY) inits.clear();
  const cacheControl = maxAgeSeconds > 0 ? `max-age=${maxAgeSeconds}` : NOT_FOR_CACHES;
  const headers = new Headers({ "content-type": MEDIA_TYPE, "cache-control": cacheControl });
  inits.set(maxAgeSeconds, { headers });
  return { headers };
}

/**
 * RFC 8484 §5.1: fresh no longer than the smallest TTL left, which for a negative answer is the SOA's
 * by RFC 2308. Failures and refusals are for nobody else: 0.
 */
function freshSeconds(result: Int32Array): number {
  const rcode = result[RESULT.rcode]!;
  const isAnswer = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
  const isWhole = result[RESULT.truncated] === 0;
  return isAnswer && isWhole ? result[RESULT.ttlSeconds]! : 0;
}

/**
 * The response to the query in the context depends on who asks: a set of answers of its own, or a
 * server cookie made for the client's address (RFC 9018).
 */
export function isPersonal({ client, query }: AnswerContext): boolean {
  return client.answerSet !== 0 || query.cookieLength > 0;
}

/** Why the request gets no answer: one sentence, for the person who made the client. */
export function refusal(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": NOT_FOR_CACHES,
      ...headers,
    },
  });
}
