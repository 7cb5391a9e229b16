// DNS over HTTPS beside the router and, where that is turned off, through it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createDohApp } from "../../../routes/doh-app.ts";
import { ClientAddress } from "../../../src/listener/client-address.ts";
import { DohAnswering, getUrl, query } from "../../doh-answering.ts";

const ORIGIN = "http://dns.example";
const LOOPBACK = "127.0.0.1";
const doh = new DohAnswering();
doh.keep(300);
const clients = new ClientAddress({ trustedProxies: [] });
const parts = { exchange: doh.exchange, clients };
const post = (): Request =>
  new Request(`${ORIGIN}/dns-query`, {
    method: "POST",
    headers: { "content-type": "application/dns-message" },
    body: query(),
  });

async function told(given: Response | Promise<Response>): Promise<unknown> {
  const response = await given;
  const headers = ["content-type", "cache-control", "allow"].map((name) =>
    response.headers.get(name),
  );
  return [response.status, ...headers, Buffer.from(await response.arrayBuffer()).toString("hex")];
}

describe("through the router", () => {
  const beside = createDohApp(parts);
  const routed = createDohApp({ ...parts, besideRouter: false });
  const requests: Record<string, () => Request> = {
    GET: () => new Request(getUrl(ORIGIN)),
    POST: post,
    DELETE: () => new Request(`${ORIGIN}/dns-query`, { method: "DELETE" }),
    "another path": () => new Request(`${ORIGIN}/dns-querys`),
    "/health": () => new Request(`${ORIGIN}/health`),
  };
  for (const [name, request] of Object.entries(requests)) {
    test(`${name} gets the same response`, async () => {
      const expected = await told(beside(request(), LOOPBACK));
      assert.deepEqual(await told(routed(request(), LOOPBACK)), expected);
    });
  }

  test("a query goes there indeed: the router makes a 500 of what throws", async () => {
    const exchange = {
      exchange: (): Response => {
        throw new Error("seen by whoever calls");
      },
    };
    const request = (): Request => new Request(getUrl(ORIGIN));
    assert.throws(() => createDohApp({ exchange, clients })(request(), LOOPBACK), /seen by/);
    const app = createDohApp({ exchange, clients, besideRouter: false });
    const log = console.error;
    console.error = () => {};
    try {
      assert.equal((await app(request(), LOOPBACK)).status, 500);
    } finally {
      console.error = log;
    }
  });
});
