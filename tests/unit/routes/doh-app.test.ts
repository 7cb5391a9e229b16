import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createDohApp, createPlainDohApp } from "../../../routes/doh-app.ts";
import { isDnsQuery } from "../../../routes/dns-query.ts";
import { parseNetwork } from "../../../src/config/parse-network.ts";
import { ClientAddress } from "../../../src/listener/client-address.ts";
import { DohAnswering, getUrl } from "../../doh-answering.ts";

const ORIGIN = "http://dns.example";
const LOOPBACK = "127.0.0.1";
const PROXY = "203.0.113.7";
const STRANGER = "198.51.100.9";

function setUp(): { doh: DohAnswering; clients: ClientAddress } {
  const doh = new DohAnswering();
  doh.keep(300);
  const trustedProxies = [parseNetwork("203.0.113.0/24")];
  return { doh, clients: new ClientAddress({ trustedProxies, header: "X-Forwarded-For" }) };
}

const { clients, doh } = setUp();
const parts = { exchange: doh.exchange, clients };

async function assertText(
  given: Response | Promise<Response>,
  status: number,
  text: RegExp,
): Promise<void> {
  const response = await given;
  assert.equal(response.status, status);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/i);
  assert.equal(response.headers.get("cache-control"), "private, no-store");
  assert.match(await response.text(), text);
}

describe("the path /dns-query", () => {
  test("is found without a URL object, with and without a query", () => {
    for (const origin of ["http://a", "https://dns.example:8443", "https://[::1]:8443"]) {
      for (const end of ["", "?", "?dns=AAAA", "?/other"]) {
        assert.ok(isDnsQuery(`${origin}/dns-query${end}`), origin + end);
      }
      for (const path of ["", "/", "/dns-query/", "/dns-querys", "/x/dns-query", "//dns-query"]) {
        assert.ok(!isDnsQuery(origin + path), origin + path);
      }
      assert.ok(!isDnsQuery(`${origin}/?/dns-query`));
    }
  });

  test("is answered without a promise from the cache", () => {
    const app = createDohApp(parts);
    assert.ok(app(new Request(getUrl(ORIGIN)), LOOPBACK) instanceof Response);
  });
});

describe("every other path", () => {
  const app = createDohApp(parts);

  test("gets a hint where to ask", async () => {
    for (const path of ["/", "/dns-query/", "/resolve?name=a"]) {
      await assertText(app(new Request(ORIGIN + path), STRANGER), 404, /\/dns-query/);
    }
    const post = new Request(`${ORIGIN}/`, { method: "POST", body: "x" });
    await assertText(app(post, STRANGER), 404, /\/dns-query/);
  });

  test("but /health, for a CDN's probes", async () => {
    await assertText(app(new Request(`${ORIGIN}/health`), STRANGER), 200, /^ok\n$/);
    const head = await app(new Request(`${ORIGIN}/health`, { method: "HEAD" }), STRANGER);
    assert.equal(head.status, 200);
  });
});

describe("access control", () => {
  const app = createDohApp(parts);
  const rcode = async (given: Response | Promise<Response>): Promise<number> => {
    const response = await given;
    assert.equal(response.status, 200);
    return new Uint8Array(await response.arrayBuffer())[3]! & 15;
  };
  const from = (remote: string, forwarded: string): Response | Promise<Response> => {
    const headers = { "x-forwarded-for": forwarded };
    return app(new Request(getUrl(ORIGIN), { headers }), remote);
  };

  test("applies to whom a trusted proxy names, not to the proxy", async () => {
    assert.equal(await rcode(from(PROXY, "127.0.0.2")), 0);
    assert.equal(await rcode(from(PROXY, STRANGER)), 5);
    assert.equal(await rcode(from(PROXY, "junk")), 5, "the proxy itself may not ask");
  });

  test("is not fooled by others", async () => {
    assert.equal(await rcode(from(STRANGER, "127.0.0.1")), 5);
    assert.equal(await rcode(from(LOOPBACK, STRANGER)), 0);
    assert.equal(await rcode(from("::", "127.0.0.1")), 5);
  });
});

describe("the listener without TLS", () => {
  const app = createPlainDohApp(parts);

  test("serves loopback and trusted proxies", async () => {
    for (const remote of [LOOPBACK, "::1", "::ffff:127.0.0.1", PROXY]) {
      assert.equal((await app(new Request(getUrl(ORIGIN)), remote)).status, 200, remote);
    }
  });

  test("serves nobody else, whatever path and header", async () => {
    const headers = { "x-forwarded-for": "127.0.0.1" };
    for (const remote of [STRANGER, "10.0.0.1", "::", "2001:db8::1"]) {
      for (const url of [getUrl(ORIGIN), `${ORIGIN}/health`, ORIGIN]) {
        await assertText(app(new Request(url, { headers }), remote), 403, /proxies/);
      }
    }
  });
});
