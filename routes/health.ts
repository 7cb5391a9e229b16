// /health: the process is up and its main thread turns. Says nothing of upstreams: a supervisor that
// restarted Hermod because its upstreams fail would only lose the cache.

import type { Handler } from "hono";

export const health: Handler = (c) => c.text("ok\n");
