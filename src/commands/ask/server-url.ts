// Reads the server's URL of `hermod query`: what an upstream may be, or https://192.0.2.1/dns-query,
// https://dns.example/dns-query, https://192.0.2.1/dns-query#dns.example. A name is looked up by the
// system: unlike a resolver, who asks by hand has one.

import { isIP } from "node:net";
import { HermodError } from "../../errors.ts";
import { parseUpstreamUrl, type UpstreamUrl } from "../../upstream/parse-upstream-url.ts";

export interface HttpsUrl {
  readonly scheme: "https";
  /** Address or name, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Begins with a slash; may hold a query. */
  readonly path: string;
  /** What the certificate must name: after the #, else the host. */
  readonly authenticationName: string;
  /** As it was given. */
  readonly url: string;
}

export type ServerUrl = UpstreamUrl | HttpsUrl;

const HTTPS_PORT = 443;
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const SCHEMES: readonly string[] = ["udp", "tcp", "tls", "https"];
/** RFC 8484 §4.1.1 writes the parameter as a URI template; there is only this one. */
const TEMPLATE = /\{\?dns\}(?=#|$)/;

/** Throws a HermodError with the code UPSTREAM_URL. */
export function parseServerUrl(text: string): ServerUrl {
  const url = text.trim();
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && !SCHEMES.includes(scheme)) {
    return refuse(url, `${scheme}:// is not known; use udp://, tcp://, tls:// or https://`);
  }
  return /^https:/i.test(url) ? parseHttps(url) : parseUpstreamUrl(url);
}

function parseHttps(url: string): HttpsUrl {
  const parsed = URL.parse(url.replace(TEMPLATE, ""));
  if (parsed === null) return refuse(url, "write https://192.0.2.1/dns-query#dns.example");
  if (parsed.username !== "" || parsed.password !== "") {
    return refuse(url, "a user and a password have no use here; leave them out");
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  const name = decodeURIComponent(parsed.hash.slice(1)).toLowerCase().replace(/\.$/, "");
  if (name !== "" && isIP(host) === 0 && name !== host) {
    return refuse(url, `the certificate must name ${host}; put an address in its place, or no #`);
  }
  if (isIP(name) !== 0 && name !== host) return refuse(url, "after the # goes a name");
  return {
    scheme: "https",
    host,
    port: parsed.port === "" ? HTTPS_PORT : Number(parsed.port),
    path: `${parsed.pathname === "/" ? "/dns-query" : parsed.pathname}${parsed.search}`,
    authenticationName: name === "" ? host : name,
    url,
  };
}

function refuse(url: string, why: string): never {
  throw new HermodError("UPSTREAM_URL", `"${url}" is not a server: ${why}.`);
}
