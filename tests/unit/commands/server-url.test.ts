// The URLs that `hermod query` takes for a server.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseServerUrl } from "../../../src/commands/ask/server-url.ts";

describe("a server's URL over https", () => {
  const good: [string, { host: string; port?: number; path?: string; name?: string }][] = [
    ["https://192.0.2.1/dns-query", { host: "192.0.2.1" }],
    ["https://192.0.2.1", { host: "192.0.2.1" }],
    ["https://192.0.2.1:8443/#dns.example", { host: "192.0.2.1", port: 8443, name: "dns.example" }],
    ["https://[2001:db8::1]/q", { host: "2001:db8::1", path: "/q" }],
    ["https://dns.example/q{?dns}", { host: "dns.example", path: "/q" }],
    ["https://dns.example/q?a=b#DNS.example.", { host: "dns.example", path: "/q?a=b" }],
    ["HTTPS://DNS.example/dns-query", { host: "dns.example" }],
  ];
  for (const [text, { host, port = 443, path = "/dns-query", name = host }] of good) {
    test(text, () => {
      assert.deepEqual(parseServerUrl(text), {
        ...{ scheme: "https", host, port, path, authenticationName: name, url: text },
      });
    });
  }

  const bad: [string, RegExp][] = [
    ["https://", /write https:\/\/192\.0\.2\.1\/dns-query/],
    ["https://192.0.2.1:99999/", /write https:/],
    ["https://user:word@dns.example/", /user/],
    ["https://dns.example/#other.example", /must name dns\.example/],
    ["https://192.0.2.1/#192.0.2.2", /after the # goes a name/],
  ];
  for (const [text, message] of bad) {
    test(`refused: ${text}`, () => {
      assert.throws(() => parseServerUrl(text), { code: "UPSTREAM_URL", message });
    });
  }
});

test("the other schemes are what upstreams have", () => {
  assert.equal(parseServerUrl("tls://192.0.2.1#dns.example").scheme, "tls");
  assert.throws(() => parseServerUrl("udp://dns.example"), { code: "UPSTREAM_URL" });
});

test("what is none of them is told which there are", () => {
  for (const text of ["gopher://192.0.2.1", "FOO://"]) {
    const message = /is not a server: \w+:\/\/ is not known; .* tls:\/\/ or https:\/\/\.$/;
    assert.throws(() => parseServerUrl(text), { code: "UPSTREAM_URL", message });
  }
});
