// Asks one server one question: over UDP and TCP as Hermod asks its upstreams, over TLS and HTTPS on a
// connection of its own, for the sake of what can be seen there.

import { HermodError } from "../../errors.ts";
import { monotonicMs } from "../../clock/monotonic.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { type Judge, UpstreamError, type UpstreamObserver } from "../../upstream/contract.ts";
import { createUpstream } from "../../upstream/create-upstream.ts";
import { answersQuery } from "../../upstream/answers-query.ts";
import { buildQuery } from "../../wire/build-query.ts";
import { MAX_MESSAGE_LENGTH } from "../../wire/constants.ts";
import { padQuery } from "../../wire/pad-query.ts";
import type { Question } from "../../wire/question.ts";
import type { Asked, HttpMethod } from "./exchange.ts";
import type { HttpsUrl, ServerUrl } from "./server-url.ts";

const TIMEOUT_MS = 5000;
const UDP_SIZE = 1232;
/** RFC 8467 §4.1. */
const PADDING_BLOCK = 128;

const UNOBSERVED: UpstreamObserver = { asked() {}, answered() {}, failed() {} };

export interface AskOptions {
  readonly dnssecOk: boolean;
  /** Trust anchors for TLS, PEM, in place of the system's. */
  readonly ca: string | undefined;
  /** Over HTTPS; by default GET, and what the server prefers of 2 and 1.1. */
  readonly method: HttpMethod | undefined;
  readonly httpVersion: "1.1" | "2" | "3" | undefined;
}

/**
 * Whatever the server says will do. Rejects with an UpstreamError when no response comes, with a
 * HermodError for options that don't go together.
 */
export async function askServer(
  question: Question,
  server: ServerUrl,
  options: AskOptions,
  runtime: Runtime,
): Promise<Asked> {
  checkOptions(server, options);
  const { dnssecOk, ca } = options;
  const flags = { dnssecOk, cd: false, ad: true, rd: true, udpSize: UDP_SIZE };
  if (server.scheme === "udp" || server.scheme === "tcp") {
    return { message: await askUpstream(server.url, buildQuery(question, flags), runtime) };
  }
  if (server.scheme === "https") {
    const query = padded(buildQuery(question, flags));
    return inTime((signal) => askHttps(query, server, options, runtime, signal));
  }
  const [id] = crypto.getRandomValues(new Uint16Array(1));
  const query = padded(buildQuery(question, { ...flags, id: id! }));
  const { askOverTls } = await import("./ask-over-tls.ts");
  return inTime((signal) => askOverTls(query, { ...server, ca, signal }));
}

async function askHttps(
  query: Uint8Array,
  server: HttpsUrl,
  { method = "GET", httpVersion, ca }: AskOptions,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Asked> {
  let asked: Asked;
  if (httpVersion === "3") {
    const { askOverHttp3 } = await import("./ask-over-http3.ts");
    asked = await askOverHttp3(query, server, method, ca, runtime.name, signal);
  } else {
    const { askOverHttps } = await import("./ask-over-https.ts");
    const versions = httpVersion === undefined ? (["2", "1.1"] as const) : [httpVersion];
    asked = await askOverHttps(query, server, { method, versions, ca, signal });
  }
  if (answersQuery(query, asked.message)) return asked;
  throw new UpstreamError("malformed", "what came does not answer the question");
}

function checkOptions(server: ServerUrl, { method, httpVersion, ca }: AskOptions): void {
  const refuse = (option: string, schemes: string): never => {
    throw new HermodError("USAGE", `${option} goes with ${schemes} only; this is ${server.url}.`);
  };
  if (server.scheme !== "https") {
    if (method !== undefined) refuse("--post", "https://");
    if (httpVersion !== undefined) refuse("--http", "https://");
    if (ca !== undefined && server.scheme !== "tls") refuse("--ca", "tls:// and https://");
  }
}

function askUpstream(url: string, query: Uint8Array, runtime: Runtime): Promise<Uint8Array> {
  const observer = UNOBSERVED;
  const upstream = createUpstream({ servers: [url], ca: undefined, runtime, observer });
  const asked = new Promise<Uint8Array>((resolve, reject) => {
    const judge: Judge = {
      accepts(response) {
        resolve(response);
        return true;
      },
      ended(error) {
        if (error !== undefined) reject(error);
      },
    };
    upstream.ask(query, TIMEOUT_MS, judge, monotonicMs());
  });
  return asked.finally(() => upstream.close());
}

function padded(query: Uint8Array): Uint8Array {
  const out = new Uint8Array(MAX_MESSAGE_LENGTH);
  return out.slice(0, padQuery(query, PADDING_BLOCK, out, 0));
}

/** What takes too long is ended by the signal, lest it keep the process. */
function inTime(ask: (signal: AbortSignal) => Promise<Asked>): Promise<Asked> {
  const ending = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new UpstreamError("timeout", `nothing within ${TIMEOUT_MS / 1000} s`));
    ending.abort();
  }, TIMEOUT_MS);
  return Promise.race([ask(ending.signal), late.promise]).finally(() => clearTimeout(timer));
}
