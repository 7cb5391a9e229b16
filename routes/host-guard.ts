// Refuses requests whose Host header names something else than this server: a page on a name that was
// pointed at 127.0.0.1 (DNS rebinding) would otherwise read what only this machine may.

import type { MiddlewareHandler } from "hono";

/** A name, an IPv4 address or an IPv6 address in brackets, then perhaps a port. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+?)\.?(?::\d{1,5})?$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** `names`: what may stand there besides loopback; names or addresses without a port. */
export function hostGuard(names: readonly string[]): MiddlewareHandler {
  const allowed = new Set(names.map((name) => name.toLowerCase()));
  return async (c, next) => {
    const [, host = ""] = HOST.exec((c.req.header("host") ?? "").toLowerCase()) ?? [];
    const isAllowed = LOOPBACK.test(host) || allowed.has(host) || allowed.has(host.slice(1, -1));
    return isAllowed ? next() : c.text("This Host is not served here.\n", 403);
  };
}
