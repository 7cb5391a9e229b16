// What a DNS over HTTPS listener serves: /dns-query, /health for a CDN's probes, and a hint for all
// else. The same over TLS and over the plain HTTP that stands behind a proxy which ends TLS.

import { type Env, Hono } from "hono";
import { type ClientAddresses, type DnsExchange, dnsQuery, isDnsQuery } from "./dns-query.ts";
import { health } from "./health.ts";

/** Some CDNs keep what is `no-store` all the same, but none what is `private`. */
const NOT_FOR_CACHES = "private, no-store";

export interface DohAppParts {
  readonly exchange: DnsExchange;
  readonly clients: ClientAddresses;
  /** False: queries go through the router like all else, to measure what that costs. */
  readonly besideRouter?: boolean;
}

/** What a runtime's HTTP server asks for each request; `remote` is the connection's address. */
export type DohFetch = (request: Request, remote: string) => Response | Promise<Response>;

/** Over TLS: for everyone whom access control lets in. */
export function createDohApp(parts: DohAppParts): DohFetch {
  const { clients, exchange } = parts;
  if (parts.besideRouter === false) return createRoutedApp(parts);
  const others = addOthers(new Hono());
  return (request, remote) =>
    isDnsQuery(request.url) ? dnsQuery(request, remote, exchange, clients) : others.fetch(request);
}

function createRoutedApp({ clients, exchange }: DohAppParts): DohFetch {
  const app = new Hono<{ Bindings: { remote: string } }>();
  app.all("/dns-query", (c) => dnsQuery(c.req.raw, c.env.remote, exchange, clients));
  addOthers(app);
  return (request, remote) => app.fetch(request, { remote });
}

/** Over plain HTTP: for loopback and trusted proxies alone, since queries would be in the clear. */
export function createPlainDohApp(parts: DohAppParts): DohFetch {
  const serve = createDohApp(parts);
  return (request, remote) =>
    parts.clients.mayBeProxy(remote) ? serve(request, remote) : forbidden();
}

function addOthers<Bindings extends Env>(app: Hono<Bindings>): Hono<Bindings> {
  app.use((c, next) => {
    c.header("Cache-Control", NOT_FOR_CACHES);
    return next();
  });
  app.get("/health", health);
  app.notFound((c) => c.text("DNS over HTTPS is served at /dns-query.\n", 404));
  return app;
}

function forbidden(): Response {
  const text = "This port is for trusted proxies; ask over HTTPS.\n";
  return new Response(text, {
    status: 403,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": NOT_FOR_CACHES },
  });
}
