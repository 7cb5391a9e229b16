// `hermod query`: asks one server one question over the same transports that Hermod asks upstreams
// with, and prints the response.

import { HermodError, messageOf } from "../errors.ts";
import { selectRuntime } from "../runtime/select.ts";
import type { Runtime } from "../runtime/contract.ts";
import { UpstreamError, type UpstreamObserver } from "../upstream/contract.ts";
import { createUpstream } from "../upstream/create-upstream.ts";
import { parseUpstreamUrl } from "../upstream/parse-upstream-url.ts";
import { buildQuery } from "../wire/build-query.ts";
import { CLASS } from "../wire/constants.ts";
import { textToName } from "../wire/name-text.ts";
import type { Options } from "./program.ts";
import { parseType } from "./record-types.ts";
import { responseJson } from "./response-json.ts";
import { type Exchange, responseText, shortText } from "./response-text.ts";
import { type ResponseView, viewResponse } from "./response-view.ts";
import type { Terminal } from "./terminal.ts";

const ANSWERED = 0;
const NO_RESPONSE = 2;
const TIMEOUT_MS = 5000;
const UDP_SIZE = 1232;

const UNOBSERVED: UpstreamObserver = { asked() {}, answered() {}, failed() {} };

/** Resolves with the exit code. Throws a HermodError for a name, type or server that can't be. */
export async function query(
  name: string,
  type: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const server = parseServer(String(options["server"]));
  const question = { qname: parseName(name), qtype: parseType(type), qclass: CLASS.IN };
  const dnssecOk = options["dnssec"] === true;
  const settings = { dnssecOk, cd: false, ad: true, rd: true, udpSize: UDP_SIZE };
  const runtime = await selectRuntime();
  const noResponse = (reason: string): number => {
    // An upstream names itself in what it says.
    const why = reason.replace(`${server}: `, "");
    terminal.complain(`hermod: no response from ${server}: ${why}`);
    return NO_RESPONSE;
  };
  const start = performance.now();
  let message: Uint8Array;
  try {
    message = await ask(server, buildQuery(question, settings), runtime);
  } catch (error) {
    if (error instanceof UpstreamError) return noResponse(error.message);
    throw error;
  }
  const timeMs = performance.now() - start;
  const view = viewResponse(message);
  if (typeof view === "string") return noResponse(`what came is malformed (${view})`);
  print(view, { server, timeMs, messageBytes: message.length }, options, terminal);
  return ANSWERED;
}

function parseServer(url: string): string {
  if (url.startsWith("https://")) {
    throw new HermodError(
      "UPSTREAM_URL",
      "https:// comes with the next version: ask over udp://, tcp:// or tls://",
    );
  }
  return parseUpstreamUrl(url).url;
}

function parseName(text: string): Uint8Array {
  try {
    return textToName(text);
  } catch (error) {
    throw new HermodError("NAME", messageOf(error), { cause: error });
  }
}

/** One server alone: whatever it says will do. */
async function ask(server: string, message: Uint8Array, runtime: Runtime): Promise<Uint8Array> {
  const observer = UNOBSERVED;
  const upstream = createUpstream({ servers: [server], ca: undefined, runtime, observer });
  let response = message;
  try {
    await upstream.ask(message, TIMEOUT_MS, {
      accepts(given) {
        response = given;
        return true;
      },
    });
  } finally {
    upstream.close();
  }
  return response;
}

function print(view: ResponseView, exchange: Exchange, options: Options, terminal: Terminal): void {
  if (options["json"] === true) return terminal.print(responseJson(view, exchange));
  if (options["short"] !== true) return terminal.print(responseText(view, exchange));
  const text = shortText(view);
  if (text !== "") terminal.print(text);
}
