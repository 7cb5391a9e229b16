// One query over DNS over HTTPS, over HTTP/3 by the runtime's fetch, which shows nothing of the
// connection and trusts only the system's authorities (and those in NODE_EXTRA_CA_CERTS).

import { HermodError, messageOf } from "../../errors.ts";
import { UpstreamError } from "../../upstream/contract.ts";
import type { Asked, HttpMethod } from "./exchange.ts";
import { authorityOf } from "./ask-over-https.ts";
import { headFault, httpRequest, MessageBody } from "./http-request.ts";
import type { HttpsUrl } from "./server-url.ts";

/** The runtime whose fetch can; others would use another version without a word. */
const CAPABLE = "bun";

/** Rejects with an UpstreamError; with a HermodError of code HTTP3 for what can't be. */
export async function askOverHttp3(
  query: Uint8Array,
  server: HttpsUrl,
  method: HttpMethod,
  ca: string | undefined,
  runtimeName: string,
  signal: AbortSignal,
): Promise<Asked> {
  checkPossible(server, ca, runtimeName);
  const { path, headers, body } = httpRequest(query, server.path, method);
  const init = { method, headers, redirect: "manual", signal, protocol: "http3" } as RequestInit;
  if (body !== undefined) init.body = body;
  const response = await fetch(`https://${authorityOf(server)}${path}`, init).catch((error) => {
    throw new UpstreamError("connect", fetchFault(error));
  });
  const fault = headFault({
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    location: response.headers.get("location") ?? "",
  });
  if (fault !== undefined) throw new UpstreamError("malformed", fault);
  const whole = new MessageBody();
  for await (const bytes of response.body ?? []) whole.add(bytes);
  return { message: whole.whole(), http: { version: "3", method, status: response.status } };
}

/** What fetch says holds the whole URL; its code says as much. */
function fetchFault(error: Error & { code?: unknown }): string {
  if (error.code !== "HTTP3HandshakeFailed") return String(error.code ?? messageOf(error));
  return "no handshake over HTTP/3: nothing serves it there, or its certificate is not trusted";
}

function checkPossible(server: HttpsUrl, ca: string | undefined, runtimeName: string): void {
  const refuse = (why: string): never => {
    throw new HermodError("HTTP3", why);
  };
  if (runtimeName !== CAPABLE) refuse(`--http 3 takes another runtime: ${runtimeName} has none.`);
  if (server.authenticationName !== server.host) {
    refuse("Over HTTP/3 the certificate must name the host itself: leave out the #.");
  }
  if (ca !== undefined) {
    refuse(
      "Over HTTP/3 give the authority in the environment: NODE_EXTRA_CA_CERTS=FILE, not --ca.",
    );
  }
}
