// What serve does around the server: settings in, lines out, and the way down.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serve, type ServeParts } from "../../../src/commands/serve.ts";
import type { Settings } from "../../../src/config/settings.ts";
import { HermodError } from "../../../src/errors.ts";
import { keepPrinted } from "./printed.ts";

/** A server that only notes what happens to it. */
function noting(events: string[]): ServeParts & { signal(name: string): void } {
  let stop: (signal: string) => void = () => assert.fail("no signal is awaited");
  return {
    startServer(settings: Settings) {
      events.push(`start ${settings.listen.dns.map(({ port }) => port)}`);
      return Promise.resolve({
        listening: ["udp 127.0.0.1:53", "tcp 127.0.0.1:53"],
        stop() {
          events.push("stop");
          return Promise.resolve();
        },
      });
    },
    onStopSignal(callback) {
      events.push("await signal");
      stop = callback;
    },
    signal: (name) => stop(name),
  };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("serve", () => {
  test("says where it listens, then ready, and stops on a signal", async () => {
    const events: string[] = [];
    const parts = noting(events);
    const { terminal, out } = keepPrinted();
    const flags = { dns: ["127.0.0.1:53"], logLevel: "error" };
    const served = serve(flags, {}, terminal, () => Promise.resolve(parts));
    while (!out().includes("ready")) await turn();
    assert.match(
      out(),
      /^listening on udp 127\.0\.0\.1:53\nlistening on tcp 127\.0\.0\.1:53\nready in \d+ ms\n$/,
    );
    assert.deepEqual(events, ["start 53", "await signal"]);
    parts.signal("SIGTERM");
    assert.equal(await served, 0);
    assert.deepEqual(events, ["start 53", "await signal", "stop"]);
  });

  test("starts nothing on bad settings", async () => {
    const { terminal, out } = keepPrinted();
    const loadParts = (): Promise<ServeParts> => assert.fail("loaded");
    await assert.rejects(serve({ dns: ["nowhere"] }, {}, terminal, loadParts), {
      code: "SETTINGS",
      message: /^--dns: listen\.dns: "nowhere" /,
    });
    assert.equal(out(), "");
  });

  test("is not ready when the server can't start", async () => {
    const { terminal, out } = keepPrinted();
    const parts = noting([]);
    const startServer = (): Promise<never> =>
      Promise.reject(new HermodError("ADDRESS_IN_USE", "127.0.0.1:53 is in use"));
    const loadParts = (): Promise<ServeParts> => Promise.resolve({ ...parts, startServer });
    await assert.rejects(serve({}, {}, terminal, loadParts), { code: "ADDRESS_IN_USE" });
    assert.equal(out(), "");
  });
});
