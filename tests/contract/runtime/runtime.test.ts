// What else every runtime provides: HTTP, the machine's addresses, stop signals.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, isIP } from "node:net";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { selectRuntime } from "../../../src/runtime/select.ts";

const LOOPBACK = "127.0.0.1";
const runtime = await selectRuntime();

describe("the runtime", () => {
  test("has a name and a version", () => {
    assert.match(runtime.name, /^[a-z]+$/);
    assert.match(runtime.version, /^\d+\.\d+/);
  });

  test("lists this machine's addresses, loopback among them", () => {
    const addresses = runtime.localAddresses();
    assert.ok(addresses.includes(LOOPBACK));
    for (const address of addresses) {
      assert.ok(isIP(address) !== 0, address);
      assert.ok(!address.startsWith("fe80:"), address);
    }
  });

  test("serves HTTP and lets what is in flight finish when it stops", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived = (): void => {};
    const asked = new Promise<void>((resolve) => (arrived = resolve));
    const listener = runtime.serveHttp({
      local: { host: LOOPBACK, port: 0 },
      async fetch(request) {
        arrived();
        await held;
        return new Response(`path ${new URL(request.url).pathname}`);
      },
    });
    const response = fetch(`http://${LOOPBACK}:${listener.local.port}/x`);
    await asked;
    const stopped = listener.stop();
    release();
    assert.equal(await (await response).text(), "path /x");
    await stopped;
    await assert.rejects(fetch(`http://${LOOPBACK}:${listener.local.port}/x`));
  });

  test("says that the port for HTTP is in use", async () => {
    const server = createServer();
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const local = { host: LOOPBACK, port: address.port };
    const serve = (): unknown => runtime.serveHttp({ local, fetch: () => new Response() });
    assert.throws(serve, { name: "HermodError", code: "ADDRESS_IN_USE" });
    server.close();
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`calls back on ${signal}`, async () => {
      const script = fileURLToPath(new URL("stop-signal.ts", import.meta.url));
      const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      child.stdout.on("data", (bytes: Uint8Array) => {
        output += String(bytes);
        // Not by the handle: Deno then reports the signal, whatever the exit code.
        if (output === "waiting\n") process.kill(child.pid!, signal);
      });
      const [exitCode] = (await once(child, "close")) as [number | null];
      assert.equal(output, `waiting\nstopped by ${signal}\n`);
      assert.equal(exitCode, 0);
    });
  }
});
