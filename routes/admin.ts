// The admin interface over HTTP: composes the routes and guards them. It has no login, so that it is
// bound to loopback alone; nothing that a request says is ever repeated in a response.

import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { secureHeaders } from "hono/secure-headers";
import { messageOf } from "../src/errors.ts";
import type { Log } from "../src/telemetry/log.ts";
import type { MetricsSources } from "../src/telemetry/metrics.ts";
import { health } from "./health.ts";
import { hostGuard } from "./host-guard.ts";
import { metrics } from "./metrics.ts";
import { type Readiness, ready } from "./ready.ts";

export interface AdminParts {
  readonly metrics: MetricsSources;
  readonly readiness: () => Readiness;
  /** What the Host header may name besides loopback. */
  readonly hosts: readonly string[];
  readonly log: Log;
}

/** Its `fetch` is what a runtime's HTTP server asks for each request. */
export function adminApp(parts: AdminParts): Hono {
  const app = new Hono();
  app.use(secureHeaders(), hostGuard(parts.hosts), methodNotAllowed({ app }));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  app.get("/health", health);
  app.get("/ready", ready(parts.readiness));
  app.get("/metrics", metrics(parts.metrics));
  app.notFound((c) => c.text("There is nothing here.\n", 404));
  app.onError((error, c) => {
    parts.log.error(`admin: ${messageOf(error)}`);
    return c.text("Something went wrong; the log says what.\n", 500);
  });
  return app;
}
