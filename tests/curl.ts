// One HTTP request by curl, as its user sees the response.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./e2e/child-process.ts";
import { programPath } from "./e2e/programs.ts";
import { temporaryFolder } from "./e2e/temporary-folder.ts";

const TIMEOUT_MS = 30_000;

export interface CurlOptions {
  /** Further parameters, as on the command line. */
  readonly parameters?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by POST. */
  readonly body?: Uint8Array;
}

export interface CurlResponse {
  /** 0 without a response. */
  readonly status: number;
  /** "1.1" or "2". */
  readonly version: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** curl's own, 0 for success. */
  readonly exitCode: number | null;
}

export async function curl(url: string, options: CurlOptions = {}): Promise<CurlResponse> {
  const { body, headers = {}, parameters = [] } = options;
  const folder = temporaryFolder();
  const [bodyFile, headerFile] = [join(folder, "body"), join(folder, "headers")];
  if (body !== undefined) writeFileSync(join(folder, "sent"), body);
  const child = await run(
    programPath("curl"),
    [
      ...["--silent", "--insecure", "--output", bodyFile, "--dump-header", headerFile],
      ...["--write-out", "%{http_code} %{http_version} %{size_download}"],
      ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
      ...(body === undefined ? [] : ["--data-binary", `@${join(folder, "sent")}`]),
      ...parameters,
      url,
    ],
    { timeoutMs: TIMEOUT_MS },
  );
  const [status, version = "", size] = child.stdout.split(" ");
  return {
    status: Number(status),
    version,
    headers: readHeaders(readOr(headerFile).toString("latin1")),
    // Of a HEAD it writes the headers there as well.
    body: size === "0" ? new Uint8Array(0) : new Uint8Array(readOr(bodyFile)),
    exitCode: child.exit.code,
  };
}

/** curl makes no file for what it did not get. */
function readOr(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Of the last response, when `100 Continue` came before it. */
function readHeaders(text: string): Headers {
  const block = text.trimEnd().split("\r\n\r\n").at(-1) ?? "";
  const headers = new Headers();
  for (const line of block.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
