// Endpoints are claimed: nobody else may be there, and afterwards they are free for listeners that
// share them.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Endpoint, StreamListener } from "../../../src/runtime/contract.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import { claimEndpoints } from "../../../src/server/claim-endpoints.ts";
import { claimEncrypted } from "../../../src/server/connection-listeners.ts";
import { freePort } from "../../e2e/free-port.ts";

const host = "127.0.0.1";
const runtime = await selectRuntime();
const opened: StreamListener[] = [];
after(() => {
  for (const listener of opened) listener.stop();
});

function listen(local: Endpoint, reusePort: boolean): StreamListener {
  const handler = { open(): void {}, data(): void {}, drain(): void {}, close(): void {} };
  const listener = runtime.listen({ local, reusePort, contextFor: () => undefined }, handler);
  opened.push(listener);
  return listener;
}

describe("claimed endpoints", () => {
  test("have ports, each its own, and are free for several listeners", async () => {
    const fixed = { host, port: await freePort() };
    const anyPort = { host, port: 0 };
    const claimed = claimEndpoints(runtime, [anyPort, fixed, anyPort, anyPort]);
    assert.deepEqual(claimed[1], fixed);
    assert.equal(new Set(claimed.map(({ port }) => port)).size, 4);
    for (const endpoint of claimed) {
      assert.ok(endpoint.port > 0);
      assert.equal(endpoint.host, host);
      for (let i = 0; i < 2; i++) assert.deepEqual(listen(endpoint, true).local, endpoint);
    }
  });

  test("none are none", () => assert.deepEqual(claimEndpoints(runtime, []), []));

  test("are nobody else's, also when those share theirs", async () => {
    for (const reusePort of [false, true]) {
      const taken = listen({ host, port: 0 }, reusePort).local;
      const other = { host, port: await freePort() };
      assert.throws(() => claimEndpoints(runtime, [other, taken]), { code: "ADDRESS_IN_USE" });
      // What was claimed before is free again.
      listen(other, false);
    }
  });

  test("of DoT and DoH never share a port", () => {
    const anyPort = { host, port: 0 };
    const { dot, doh } = claimEncrypted(runtime, { dot: [anyPort, anyPort], doh: [anyPort] });
    assert.deepEqual([dot.length, doh.length], [2, 1]);
    assert.equal(new Set([...dot, ...doh].map(({ port }) => port)).size, 3);
  });
});
