// What a runtime can't do, as docs/runtimes.md lists it, so that tests hold each runtime to the rest.
// A test of something that the runtime lacks is not there on it, rather than skipped.

import process from "node:process";

export type Lack =
  | "HTTP/3"
  | "HTTP time-outs"
  | "HTTP/1.1 alone over TLS"
  | "ending hung threads"
  | "ends after Connection: close"
  | "errors of datagrams"
  | "resumed TLS sessions"
  | "steered ports";

const ON_DENO: readonly Lack[] = [
  "HTTP/3",
  "HTTP time-outs",
  "HTTP/1.1 alone over TLS",
  "ending hung threads",
  "ends after Connection: close",
  "errors of datagrams",
  "resumed TLS sessions",
  // It may not call the C library: `deno task start` does without that permission.
  "steered ports",
];

export function runtimeLacks(what: Lack): boolean {
  return process.versions["deno"] !== undefined && ON_DENO.includes(what);
}
