// What is printed of an exchange besides the response.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exchange } from "../../../src/commands/ask/exchange.ts";
import { exchangeLines, exchangeObject } from "../../../src/commands/ask/exchange-text.ts";

const PLAIN: Exchange = { server: "udp://192.0.2.1", timeMs: 1.6, messageBytes: 100 };

const SECURE: Exchange = {
  server: "https://192.0.2.1/dns-query#dns.example",
  timeMs: 12.34,
  messageBytes: 468,
  timing: { connectMs: 1.25, tlsMs: 3.04, queryMs: 8.05 },
  http: { version: "2", method: "GET", status: 200 },
  tls: {
    protocol: "TLSv1.3",
    cipher: "TLS_AES_128_GCM_SHA256",
    alpn: "",
    certificate: {
      subject: "CN=dns.example, O=Example",
      issuer: "",
      names: ["DNS:dns.example", "IP:192.0.2.1"],
      validFrom: new Date("2026-01-01T00:00:00Z"),
      validTo: new Date("2026-02-01T00:00:00Z"),
      sha256: "AB:CD",
    },
  },
};

test("over UDP and TCP there are three lines", () => {
  assert.deepEqual(exchangeLines(PLAIN), [
    ";; Query time: 2 ms",
    ";; Server: udp://192.0.2.1",
    ";; Message size: 100 bytes",
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(exchangeObject(PLAIN))), {
    ...{ server: "udp://192.0.2.1", timeMs: 2, messageBytes: 100 },
  });
});

test("over HTTPS there is more to say", () => {
  const now = Date.parse("2026-01-30T12:00:00Z");
  assert.deepEqual(exchangeLines(SECURE, now), [
    ";; Query time: 12 ms (connect 1.3, TLS 3, query 8.1)",
    ";; Server: https://192.0.2.1/dns-query#dns.example",
    ";; Message size: 468 bytes",
    ";; HTTP: HTTP/2 GET, status 200",
    ";; TLS: TLSv1.3, TLS_AES_128_GCM_SHA256, no ALPN",
    ";; Certificate: CN=dns.example, O=Example, issued by nobody named",
    ";;   names: DNS:dns.example, IP:192.0.2.1",
    ";;   valid: 2026-01-01T00:00:00.000Z to 2026-02-01T00:00:00.000Z, 1 days left",
    ";;   SHA-256: AB:CD",
  ]);
});
