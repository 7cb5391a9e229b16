// A client that trusts the development certificate, and nothing else, reaches the server under each
// of its names, and under no other.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import tls from "node:tls";
import type { AddressInfo } from "node:net";
import { developmentCertificate } from "../../../src/certificate/development-certificate.ts";
import { loadCertificate } from "../../../src/certificate/load-certificate.ts";
import { temporaryFolder } from "./openssl.ts";

const servers = new Map<string, tls.Server>();
let anchor = "";

before(async () => {
  const files = await developmentCertificate(temporaryFolder());
  const { certificate, key } = await loadCertificate(files);
  anchor = readFileSync(files.certificateFile, "utf8");
  for (const host of ["127.0.0.1", "::1"]) {
    const server = tls.createServer({ cert: certificate, key }, (socket) => {
      socket.on("error", () => {});
      socket.end("hello");
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    servers.set(host, server);
  }
});

after(() => {
  for (const server of servers.values()) server.close();
});

/** What the server says, once the handshake has authenticated it. */
function greeting(host: string, options: tls.ConnectionOptions): Promise<string> {
  const { port } = servers.get(host)!.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port, ...options });
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", reject);
    socket.on("data", (data) => (text += data));
    socket.on("close", () => resolve(text));
  });
}

describe("a handshake with the development certificate", () => {
  for (const host of ["127.0.0.1", "::1"]) {
    test(`succeeds for ${host}`, async () => {
      assert.equal(await greeting(host, { ca: anchor }), "hello");
    });

    test(`succeeds for localhost at ${host}`, async () => {
      assert.equal(await greeting(host, { ca: anchor, servername: "localhost" }), "hello");
    });

    test(`fails for another name at ${host}`, async () => {
      const options = { ca: anchor, servername: "other.example" };
      await assert.rejects(greeting(host, options), /ALTNAME|altnames|NotValidForName/);
    });

    test(`fails at ${host} for who does not trust it`, async () => {
      const error = await greeting(host, { servername: "localhost" }).catch((thrown) => thrown);
      assert.ok(error instanceof Error, String(error));
    });
  }
});
