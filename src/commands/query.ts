// `hermod query`: asks one server one question, over any transport, and prints the response with what
// could be seen of the server.

import { readTrustAnchors } from "../config/read-trust-anchors.ts";
import { HermodError, messageOf } from "../errors.ts";
import { selectRuntime } from "../runtime/select.ts";
import { UpstreamError } from "../upstream/contract.ts";
import { CLASS } from "../wire/constants.ts";
import { textToName } from "../wire/name-text.ts";
import type { Asked, Exchange } from "./ask/exchange.ts";
import { type AskOptions, askServer } from "./ask/ask-server.ts";
import { parseServerUrl } from "./ask/server-url.ts";
import type { Options } from "./program.ts";
import { parseType } from "./record-types.ts";
import { responseJson } from "./response-json.ts";
import { responseText, shortText } from "./response-text.ts";
import { type ResponseView, viewResponse } from "./response-view.ts";
import type { Terminal } from "./terminal.ts";

const ANSWERED = 0;
const NO_RESPONSE = 2;

/**
 * Resolves with the exit code. Throws a HermodError for a name, type or server that can't be, and for
 * options that don't go together.
 */
export async function query(
  name: string,
  type: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const server = parseServerUrl(String(options["server"]));
  const question = { qname: parseName(name), qtype: parseType(type), qclass: CLASS.IN };
  const askOptions = readOptions(options);
  const noResponse = (reason: string): number => {
    // An upstream names itself in what it says.
    const why = reason.replace(`${server.url}: `, "");
    terminal.complain(`hermod: no response from ${server.url}: ${why}`);
    return NO_RESPONSE;
  };
  const runtime = await selectRuntime();
  const start = performance.now();
  let asked: Asked;
  try {
    asked = await askServer(question, server, askOptions, runtime);
  } catch (error) {
    if (error instanceof UpstreamError) return noResponse(error.message);
    throw error;
  }
  const timeMs = performance.now() - start;
  const { message, ...details } = asked;
  const view = viewResponse(message);
  if (typeof view === "string") return noResponse(`what came is malformed (${view})`);
  const exchange = { server: server.url, timeMs, messageBytes: message.length, ...details };
  print(view, exchange, options, terminal);
  return ANSWERED;
}

function readOptions(options: Options): AskOptions {
  const ca = options["ca"] as string | undefined;
  return {
    dnssecOk: options["dnssec"] === true,
    ca: ca === undefined ? undefined : readTrustAnchors(ca),
    method: options["post"] === true ? "POST" : undefined,
    httpVersion: options["http"] as AskOptions["httpVersion"],
  };
}

function parseName(text: string): Uint8Array {
  try {
    return textToName(text);
  } catch (error) {
    throw new HermodError("NAME", messageOf(error), { cause: error });
  }
}

function print(view: ResponseView, exchange: Exchange, options: Options, terminal: Terminal): void {
  if (options["json"] === true) return terminal.print(responseJson(view, exchange));
  if (options["short"] !== true) return terminal.print(responseText(view, exchange));
  const text = shortText(view);
  if (text !== "") terminal.print(text);
}
