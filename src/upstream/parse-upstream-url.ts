// Reads an upstream's URL: udp://192.0.2.1:53, tcp://192.0.2.1, tls://192.0.2.1:853#dns.example, or a
// bare address. Whatever else is given is refused with what to write instead.

import { isIP } from "node:net";
import { HermodError } from "../errors.ts";

export interface UpstreamUrl {
  readonly scheme: "udp" | "tcp" | "tls";
  /** An IPv4 or IPv6 address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the certificate must name: after the #, else the address. Unused without TLS. */
  readonly authenticationName: string;
  /** As it was given. */
  readonly url: string;
}

const DEFAULT_PORTS: Readonly<Record<UpstreamUrl["scheme"], number>> = {
  udp: 53,
  tcp: 53,
  tls: 853,
};
const FORM = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^:/?#@[\]]*)(?::([^/?#@]*))?(?:#(.*))?$/i;
const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Throws a HermodError with the code UPSTREAM_URL. */
export function parseUpstreamUrl(text: string): UpstreamUrl {
  const url = text.trim();
  const refuse = (why: string): never => {
    throw new HermodError("UPSTREAM_URL", `"${url}" is not an upstream: ${why}`);
  };
  const parts = FORM.exec(withScheme(url));
  if (parts === null) {
    return refuse(
      "write udp://192.0.2.1:53, tcp://192.0.2.1:53 or tls://192.0.2.1:853#dns.example.",
    );
  }
  const [, schemeText = "", hostText = "", portText, fragment] = parts;
  const scheme = parseScheme(schemeText.toLowerCase(), refuse);
  const host = parseHost(hostText, scheme, refuse);
  const port = portText === undefined ? DEFAULT_PORTS[scheme] : parsePort(portText, refuse);
  if (fragment !== undefined && scheme !== "tls") {
    refuse(`an authentication name (#${fragment}) goes with tls:// only; leave it out.`);
  }
  const authenticationName = fragment === undefined ? host : parseName(fragment, host, refuse);
  return { scheme, host, port, authenticationName, url };
}

type Refuse = (why: string) => never;

function withScheme(url: string): string {
  if (url.includes("://")) return url;
  return isIP(url) === 6 ? `udp://[${url}]` : `udp://${url}`;
}

function parseScheme(scheme: string, refuse: Refuse): UpstreamUrl["scheme"] {
  if (scheme === "udp" || scheme === "tcp" || scheme === "tls") return scheme;
  if (scheme === "https") {
    return refuse("DNS over HTTPS upstreams come with a later version; use tls:// for now.");
  }
  return refuse(`${scheme}:// is not known; use udp://, tcp:// or tls://.`);
}

function parseHost(hostText: string, scheme: string, refuse: Refuse): string {
  const host = hostText.startsWith("[") ? hostText.slice(1, -1) : hostText;
  const family = isIP(host);
  if (family === (hostText.startsWith("[") ? 6 : 4)) return host.toLowerCase();
  if (family === 0 && DNS_NAME.test(host) && !/^[\d.]+$/.test(host)) {
    const example = scheme === "tls" ? `tls://192.0.2.1:853#${host}` : `${scheme}://192.0.2.1:53`;
    return refuse(
      `give the address, not the name ${host}, which Hermod would have to ask itself to find: ${example}.`,
    );
  }
  return refuse(`"${hostText}" is not an address; write 192.0.2.1, or [2001:db8::1] in brackets.`);
}

function parsePort(text: string, refuse: Refuse): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535
    ? port
    : refuse(`port ${text || "(none)"} is not from 1 to 65535.`);
}

function parseName(text: string, host: string, refuse: Refuse): string {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (isIP(name) !== 0) {
    if (name === host) return host;
    return refuse(`after the # goes a name; the address ${host} is checked when there is none.`);
  }
  if (DNS_NAME.test(name)) return name;
  return refuse(
    `"#${text}" is not a name; write #dns.example, or nothing to have the address checked.`,
  );
}
