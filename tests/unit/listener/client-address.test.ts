import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { ClientAddress } from "../../../src/listener/client-address.ts";
import {
  CLIENT_ADDRESS_HEADERS,
  type ClientAddressHeader,
} from "../../../src/listener/client-address-headers.ts";
import { parseNetwork } from "../../../src/config/parse-network.ts";

const PROXY = "203.0.113.7";
const STRANGER = "198.51.100.9";
const CLIENT = "192.0.2.44";

function clientAddress(header?: ClientAddressHeader, trusted = ["203.0.113.0/24"]): ClientAddress {
  const trustedProxies = trusted.map(parseNetwork);
  return new ClientAddress(header === undefined ? { trustedProxies } : { trustedProxies, header });
}

function request(headers: Record<string, string>): Request {
  return new Request("https://dns.example/dns-query", { headers });
}

function assertIs(found: Uint32Array, address: string, what = ""): void {
  assert.deepEqual(found, addressToWords(address), what);
}

describe("the client's address", () => {
  for (const header of CLIENT_ADDRESS_HEADERS) {
    test(`is what a trusted proxy says in ${header}`, () => {
      const clients = clientAddress(header);
      for (const address of [CLIENT, "2001:db8::44", "::ffff:192.0.2.44"]) {
        assertIs(clients.of(request({ [header]: address }), PROXY), address);
      }
      assertIs(clients.of(request({ [header.toUpperCase()]: ` ${CLIENT} ` }), PROXY), CLIENT);
    });

    test(`is the connection's when someone else sends ${header}`, () => {
      const clients = clientAddress(header);
      assertIs(clients.of(request({ [header]: CLIENT }), STRANGER), STRANGER);
      assertIs(clients.of(request({ [header]: CLIENT }), "127.0.0.1"), "127.0.0.1");
    });

    test(`is the proxy's own when ${header} is missing or broken`, () => {
      const clients = clientAddress(header);
      assertIs(clients.of(request({}), PROXY), PROXY);
      const broken = [
        "",
        "unknown",
        "192.0.2",
        "192.0.2.256",
        "dns.example",
        "::1::",
        "a".repeat(4000),
      ];
      for (const value of broken) {
        assertIs(clients.of(request({ [header]: value }), PROXY), PROXY, value);
      }
    });
  }

  test("is never read from another header than the chosen one", () => {
    const others = Object.fromEntries(CLIENT_ADDRESS_HEADERS.map((header) => [header, CLIENT]));
    delete (others as Record<string, string>)["X-Real-IP"];
    assertIs(clientAddress("X-Real-IP").of(request(others), PROXY), PROXY);
  });

  test("is the connection's when no proxy is trusted or no header chosen", () => {
    const headers = { "X-Forwarded-For": CLIENT };
    assertIs(clientAddress("X-Forwarded-For", []).of(request(headers), "127.0.0.1"), "127.0.0.1");
    assertIs(clientAddress().of(request(headers), PROXY), PROXY);
  });

  test("is one address, but for X-Forwarded-For", () => {
    const value = `${CLIENT}, ${CLIENT}`;
    assertIs(clientAddress("X-Real-IP").of(request({ "X-Real-IP": value }), PROXY), PROXY);
    const clients = clientAddress("X-Forwarded-For");
    assertIs(clients.of(request({ "X-Forwarded-For": value }), PROXY), CLIENT);
  });

  test("may come with a port or in brackets", () => {
    const clients = clientAddress("X-Forwarded-For");
    const forms = [`${CLIENT}:51234`, "[2001:db8::1]:443", "[2001:db8::1]"];
    const found = forms.map((value) => clients.of(request({ "X-Forwarded-For": value }), PROXY));
    assertIs(found[0]!, CLIENT);
    assertIs(found[1]!, "2001:db8::1");
    assertIs(found[2]!, "2001:db8::1");
  });
});

describe("X-Forwarded-For", () => {
  const clients = clientAddress("X-Forwarded-For", ["203.0.113.0/24", "2001:db8:1::/48"]);
  const of = (value: string): Uint32Array =>
    clients.of(request({ "X-Forwarded-For": value }), PROXY);

  test("counts from the right, over trusted proxies", () => {
    assertIs(of(`${CLIENT},203.0.113.1 , 2001:db8:1::5`), CLIENT);
    assertIs(of(`10.0.0.1, ${CLIENT}, 203.0.113.1`), CLIENT, "what the client claimed is hearsay");
    assertIs(of(`${PROXY}, ${CLIENT}`), CLIENT, "a claim to be a proxy is hearsay too");
  });

  test("gives the left-most when all are trusted proxies", () => {
    assertIs(of("203.0.113.3, 203.0.113.2"), "203.0.113.3");
  });

  test("is broken when what counts is, whatever stands left of it", () => {
    assertIs(of(`${CLIENT}, unknown`), PROXY);
    assertIs(of(`${CLIENT}, `), PROXY);
    assertIs(of(`${CLIENT}, , 203.0.113.1`), PROXY);
    assertIs(of(`junk, ${CLIENT}`), CLIENT, "left of the client nothing counts");
  });

  test("of any length takes its time from the right only", () => {
    assertIs(of(`${"junk,".repeat(100_000)}${CLIENT}`), CLIENT);
  });
});

describe("who may speak without TLS", () => {
  test("is loopback and trusted proxies, nobody else", () => {
    const clients = clientAddress();
    for (const remote of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", PROXY]) {
      assert.ok(clients.mayBeProxy(remote), remote);
    }
    for (const remote of [STRANGER, "10.0.0.1", "::2", "::", "fe80::1"]) {
      assert.ok(!clients.mayBeProxy(remote), remote);
    }
  });
});
