// /dns-query: DNS over HTTPS (RFC 8484). Measured cheaper beside the router than through it, so that
// this is a plain function of the request and of the address that the connection comes from.

const PATH = "/dns-query";
/** `https://` and `http://a`: the path's slash comes no earlier. */
const ORIGIN_LENGTH = 8;

/** What answers a DNS query in an HTTP request; never throws and never rejects. */
export interface DnsExchange {
  /** `client`: four words, see resolver/client-row. */
  exchange(request: Request, client: Uint32Array): Response | Promise<Response>;
}

/** Says which client a request counts for. */
export interface ClientAddresses {
  of(request: Request, remote: string): Uint32Array;
  /** Loopback or a trusted proxy. */
  mayBeProxy(remote: string): boolean;
}

export function isDnsQuery(url: string): boolean {
  const at = url.indexOf("/", ORIGIN_LENGTH);
  const end = at + PATH.length;
  return at > 0 && url.startsWith(PATH, at) && (end === url.length || url[end] === "?");
}

export function dnsQuery(
  request: Request,
  remote: string,
  exchange: DnsExchange,
  clients: ClientAddresses,
): Response | Promise<Response> {
  return exchange.exchange(request, clients.of(request, remote));
}
