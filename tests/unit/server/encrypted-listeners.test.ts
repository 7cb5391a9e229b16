// A renewed certificate may reach a thread behind the call that stops it: nothing may be opened then.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TimingWheel } from "../../../src/clock/timing-wheel.ts";
import { ConnectionLimit } from "../../../src/listener/connection-limit.ts";
import { Counters } from "../../../src/memory/counters.ts";
import type { Endpoint, HttpListener, StreamListener } from "../../../src/runtime/contract.ts";
import { spreadPorts } from "../../../src/runtime/load-shared-ports.ts";
import { selectRuntime } from "../../../src/runtime/select.ts";
import {
  EncryptedListeners,
  type EncryptedParts,
} from "../../../src/server/encrypted-listeners.ts";
import { LeapingClock } from "../../leaping-clock.ts";

const LOCAL: Endpoint = { host: "127.0.0.1", port: 853 };
const FORMER = { certificate: "former", key: "former" };
const RENEWED = { certificate: "renewed", key: "renewed" };

const runtime = await selectRuntime();

/** Opens nothing, and notes with which certificate it was to. */
function listeners(opened: string[]): EncryptedListeners {
  const http: HttpListener = {
    local: LOCAL,
    retire() {},
    stop: () => Promise.resolve(),
    closeAll() {},
  };
  const streams = {
    runtime: {
      ...runtime,
      listen({ tls }: { tls?: { certificate: string } }): StreamListener {
        opened.push(`dot ${tls?.certificate}`);
        return { local: LOCAL, stop() {} };
      },
      serveHttp({ tls }: { tls?: { certificate: string } }): HttpListener {
        opened.push(`doh ${tls?.certificate}`);
        return { ...http };
      },
    },
    counters: new Counters(),
    timers: new TimingWheel({ tickMs: 10, slotCount: 64, clock: new LeapingClock() }),
    limits: { idleTimeoutMs: 1000, messageTimeoutMs: 1000 },
    connections: new ConnectionLimit(10, 10),
  };
  // Nobody asks anything.
  const unused = {} as EncryptedParts["doh"];
  const parts = { streams, doh: unused, idleTimeoutMs: 1000 } as unknown as EncryptedParts;
  return new EncryptedListeners(parts);
}

describe("a renewed certificate", () => {
  test("opens listeners of both kinds", () => {
    const opened: string[] = [];
    const encrypted = listeners(opened);
    encrypted.open({ dot: [LOCAL], doh: [LOCAL] }, FORMER, spreadPorts);
    encrypted.change(RENEWED);
    assert.deepEqual(opened, ["dot former", "doh former", "doh renewed", "dot renewed"]);
    encrypted.stop();
  });

  test("that comes after the stop opens none", () => {
    const opened: string[] = [];
    const encrypted = listeners(opened);
    encrypted.open({ dot: [LOCAL], doh: [LOCAL] }, FORMER, spreadPorts);
    encrypted.stop();
    encrypted.change(RENEWED);
    assert.deepEqual(opened, ["dot former", "doh former"]);
  });
});
