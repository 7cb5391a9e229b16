// `hermod query` over TLS and HTTPS against Unbound, which is nobody of ours: the response, and what is
// said of the server.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import {
  type Authority,
  type Certificate,
  makeAuthority,
  makeCertificate,
} from "../certificates.ts";
import { hermod } from "./hermod-process.ts";
import { needs } from "./programs.ts";
import { Unbound } from "./unbound.ts";
import { ZONE } from "./zone.ts";

const NAME = "dns.query.example";
const QNAME = `www.${ZONE}`;
const skip = needs("unbound", "openssl");

let authority: Authority;
let certificate: Certificate;
let unbound: Unbound;

before(async () => {
  if (skip !== false) return;
  authority = makeAuthority();
  certificate = makeCertificate(authority, { names: [NAME], commonName: "Query test" });
  unbound = await Unbound.start({ tls: certificate });
});
after(() => unbound?.kill());

const servers = {
  tls: () => `tls://127.0.0.1:${unbound.ports.tls}#${NAME}`,
  https: () => `https://127.0.0.1:${unbound.ports.https}/dns-query#${NAME}`,
};

async function json(...parameters: string[]): Promise<Record<string, never>> {
  const trusted = ["--ca", authority.certificateFile];
  const { exit, stdout, stderr } = await hermod(
    "query",
    QNAME,
    ...parameters,
    ...trusted,
    "--json",
  );
  assert.equal(exit.code, 0, stderr);
  return JSON.parse(stdout) as Record<string, never>;
}

describe("hermod query", () => {
  for (const scheme of ["tls", "https"] as const) {
    test(`over ${scheme} shows the answer, the certificate and the time`, { skip }, async () => {
      const trusted = ["--ca", authority.certificateFile];
      const server = ["--server", servers[scheme]()];
      const { exit, stdout, stderr } = await hermod("query", QNAME, ...server, ...trusted);
      assert.equal(exit.code, 0, stderr);
      assert.match(stdout, /status: NOERROR/);
      assert.match(stdout, new RegExp(`^www\\.${ZONE}\\.\\t\\d+\\tIN\\tA\\t`, "m"));
      assert.match(stdout, /^;; Query time: \d+ ms \(connect [\d.]+, TLS [\d.]+, query [\d.]+\)$/m);
      const alpn = scheme === "tls" ? "(ALPN dot|no ALPN)" : "ALPN h2";
      assert.match(stdout, new RegExp(`^;; TLS: TLSv1\\.3, \\w+, ${alpn}$`, "m"));
      assert.match(stdout, /^;; Certificate: CN=Query test, issued by CN=Test authority$/m);
      assert.match(stdout, new RegExp(`^;; {3}names: DNS:${NAME}$`, "m"));
      assert.match(stdout, /^;; {3}valid: .*, 29 days left$/m);
    });

    test(`over ${scheme} has the certificate in --json`, { skip }, async () => {
      const { tls, timing, answerRRs } = await json("--server", servers[scheme]());
      const x509 = new X509Certificate(certificate.certificate);
      const { certificate: shown } = tls as { certificate: Record<string, unknown> };
      assert.equal(shown["sha256"], x509.fingerprint256);
      assert.equal(shown["validTo"], new Date(x509.validTo).toISOString());
      assert.deepEqual(shown["names"], [`DNS:${NAME}`]);
      assert.deepEqual(Object.keys(timing), ["connectMs", "tlsMs", "queryMs"]);
      assert.equal((answerRRs as object[]).length, 1);
    });

    test(`over ${scheme} asks nobody who is not trusted`, { skip }, async () => {
      const { exit, stdout, stderr } = await hermod("query", QNAME, "--server", servers[scheme]());
      assert.equal(exit.code, 2, stdout);
      assert.match(stderr, /^hermod: no response from .* is not trusted .*--ca FILE\n$/);
    });

    test(`over ${scheme} asks nobody whose certificate names another`, { skip }, async () => {
      const server = servers[scheme]().replace(NAME, "other.example");
      const { exit, stderr } = await hermod(
        ...["query", QNAME, "--server", server, "--ca", authority.certificateFile],
      );
      assert.equal(exit.code, 2);
      assert.match(stderr, /other\.example/);
    });
  }

  for (const [method, ...parameters] of [["GET"], ["POST", "--post"]] as const) {
    test(`over HTTP/2 by ${method}`, { skip }, async () => {
      const { http } = await json("--server", servers.https(), "--http", "2", ...parameters);
      assert.deepEqual(http, { version: "2", method, status: 200 });
    });
  }

  test("over HTTP/1.1 alone, which Unbound does not speak", { skip }, async () => {
    const server = ["--server", servers.https(), "--ca", authority.certificateFile];
    const { exit, stderr } = await hermod("query", QNAME, ...server, "--http", "1.1");
    assert.equal(exit.code, 2);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  });
});

/** Takes connections, and with a certificate shakes hands, but says nothing more. */
async function silentServer(tls: Certificate | undefined): Promise<Server> {
  const server =
    tls === undefined
      ? createTcpServer()
      : createTlsServer({ cert: tls.certificate, key: tls.key, ALPNProtocols: ["dot", "h2"] });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

describe("hermod query to a server that falls silent", () => {
  for (const shakesHands of [false, true]) {
    const stage = shakesHands ? "after the handshake" : "before it";
    test(`${stage} gives up and ends`, { skip: needs("openssl"), timeout: 60_000 }, async () => {
      const signer = makeAuthority();
      const tls = makeCertificate(signer, { names: [NAME] });
      const server = await silentServer(shakesHands ? tls : undefined);
      const { port } = server.address() as AddressInfo;
      const outcomes = await Promise.all(
        ["tls", "https"].map((scheme) => {
          const url = `${scheme}://127.0.0.1:${port}${scheme === "tls" ? "" : "/"}#${NAME}`;
          return hermod("query", QNAME, "--server", url, "--ca", signer.certificateFile);
        }),
      );
      server.close();
      for (const { exit, stderr } of outcomes) {
        assert.deepEqual(exit, { code: 2, signal: null }, stderr);
        assert.match(stderr, /^hermod: no response from .*: nothing within 5 s\n$/);
      }
    });
  }
});
