// The request and the response of DNS over HTTPS (RFC 8484 §4.1, §4.2), whatever the HTTP version.

import { UpstreamError } from "../../upstream/contract.ts";
import { MAX_MESSAGE_LENGTH } from "../../wire/constants.ts";
import type { HttpMethod } from "./exchange.ts";

export const MEDIA_TYPE = "application/dns-message";

export interface HttpRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** What of a response's head counts. */
export interface HttpHead {
  readonly status: number;
  readonly contentType: string;
  readonly location: string;
}

export function httpRequest(query: Uint8Array, path: string, method: HttpMethod): HttpRequest {
  const accept = { accept: MEDIA_TYPE };
  if (method === "GET") {
    const separator = path.includes("?") ? "&" : "?";
    const dns = Buffer.from(query).toString("base64url");
    return { method, path: `${path}${separator}dns=${dns}`, headers: accept, body: undefined };
  }
  const headers = {
    ...accept,
    "content-type": MEDIA_TYPE,
    "content-length": String(query.length),
  };
  return { method, path, headers, body: new Uint8Array(query) };
}

/** What is wrong with a response by its head; undefined for one whose body is a DNS message. */
export function headFault({ status, contentType, location }: HttpHead): string | undefined {
  if (status >= 300 && status < 400 && location !== "") {
    return `HTTP status ${status}: ask ${location} instead`;
  }
  if (status < 200 || status > 299) return `HTTP status ${status}${hint(status)}`;
  const [type = ""] = contentType.toLowerCase().split(";");
  if (type.trim() === MEDIA_TYPE) return undefined;
  return `its response is ${contentType || "of no type"}, not ${MEDIA_TYPE}: is this the path?`;
}

function hint(status: number): string {
  if (status === 404) return ": it serves nothing at this path";
  if (status === 405) return ": ask by the other method, with or without --post";
  return "";
}

/** Collects a body of at most one DNS message; throws an UpstreamError for more. */
export class MessageBody {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.length > MAX_MESSAGE_LENGTH) {
      throw new UpstreamError("malformed", "its response is longer than a DNS message can be");
    }
    this.parts.push(bytes);
  }

  whole(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.parts));
  }
}
