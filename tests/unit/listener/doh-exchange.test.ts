// RFC 8484 in-process: requests in, responses out, over the real fast path and a scripted upstream.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as dnsPacket from "dns-packet";
import * as fc from "fast-check";
import { timers } from "../../../src/clock/timing-wheel.ts";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { COUNTER, TRANSPORT } from "../../../src/memory/counters.ts";
import {
  ADDRESS,
  base64Url,
  DohAnswering,
  type DohLimits,
  getUrl,
  MEDIA_TYPE,
  NAME,
  query,
} from "../../doh-answering.ts";
import { encode } from "../../scripted-group.ts";

const ORIGIN = "https://dns.example";
const LOOPBACK = addressToWords("127.0.0.1");
const STRANGER = addressToWords("192.0.2.200");
const SOA = {
  mname: "ns.example.com",
  rname: "hostmaster.example.com",
  serial: 1,
  refresh: 7200,
  retry: 3600,
  expire: 604_800,
  minimum: 60,
};

function kept(ttl = 300, limits: DohLimits = {}): DohAnswering {
  const doh = new DohAnswering(limits);
  doh.keep(ttl);
  return doh;
}

function get(doh: DohAnswering, bytes: Uint8Array = query()): Response | Promise<Response> {
  return doh.exchange.exchange(new Request(getUrl(ORIGIN, bytes)), LOOPBACK);
}

function post(
  doh: DohAnswering,
  body: Uint8Array<ArrayBuffer>,
  type = MEDIA_TYPE,
): Response | Promise<Response> {
  const headers = { "content-type": type };
  const request = new Request(`${ORIGIN}/dns-query`, { method: "POST", headers, body });
  return doh.exchange.exchange(request, LOOPBACK);
}

async function decoded(response: Response): Promise<dnsPacket.DecodedPacket> {
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), MEDIA_TYPE);
  return dnsPacket.decode(Buffer.from(await response.arrayBuffer()));
}

function addressesIn(packet: dnsPacket.DecodedPacket): unknown[] {
  return (packet.answers ?? []).map((answer) => (answer as { data?: unknown }).data);
}

function rcodeOf(packet: dnsPacket.DecodedPacket): string {
  return (packet as unknown as { rcode: string }).rcode;
}

async function assertRefused(
  given: Response | Promise<Response>,
  status: number,
  says: RegExp,
): Promise<Response> {
  const response = await given;
  assert.equal(response.status, status);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  assert.equal(response.headers.get("cache-control"), "private, no-store");
  const text = await response.text();
  assert.match(text, says);
  assert.match(text, /^[^\n]{10,100}\n$/, "one line");
  return response;
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`not seen within 10 s: ${what}`);
}

describe("a DNS query by GET", () => {
  test("is answered at once from the cache", async () => {
    const doh = kept(300);
    const response = get(doh);
    assert.ok(response instanceof Response, "no promise on a hit");
    const packet = await decoded(response);
    assert.equal(packet.id, 0);
    assert.deepEqual(addressesIn(packet), [ADDRESS]);
    assert.equal(doh.counters.queries(TRANSPORT.doh, 0, 0), 1);
  });

  test("may have other parameters and any ID", async () => {
    const doh = kept(300);
    const text = base64Url(query({ id: 4711 }));
    for (const search of [`?dns=${text}&ct`, `?ct=x&dns=${text}`, `?dnsx=1&dns=${text}&dns=AA`]) {
      const request = new Request(`${ORIGIN}/dns-query${search}`);
      const packet = await decoded(await doh.exchange.exchange(request, LOOPBACK));
      assert.equal(packet.id, 4711, search);
    }
  });

  test("without a query that can be read is a bad request", async () => {
    const doh = kept(300);
    const text = base64Url(query());
    const refused: [string, RegExp][] = [
      ["", /missing/],
      ["?", /missing/],
      ["?name=example.com", /missing/],
      ["?DNS=AAAA", /missing/],
      ["?dns=", /not a DNS query/],
      ["?dns=AAAA", /not a DNS query/],
      [`?dns=${base64Url(encode({ type: "response", questions: [] }))}`, /not a DNS query/],
      [`?dns=${text}=`, /base64url/],
      [`?dns=${text.slice(0, 8)}+${text.slice(9)}`, /base64url/],
      [`?dns=${text.slice(0, 8)}%41${text.slice(9)}`, /base64url/],
      [`?dns=${"A".repeat(5)}`, /base64url/],
      [`?dns=${"A".repeat(100_000)}`, /base64url/],
    ];
    for (const [search, says] of refused) {
      const request = new Request(`${ORIGIN}/dns-query${search}`);
      await assertRefused(doh.exchange.exchange(request, LOOPBACK), 400, says);
    }
  });

  test("keeps its bytes when the next one is answered", async () => {
    const doh = kept(300);
    const first = await get(doh, query({ id: 1 }));
    const second = await get(doh, query({ id: 2 }));
    assert.equal((await decoded(first)).id, 1);
    assert.equal((await decoded(second)).id, 2);
  });
});

describe("a DNS query by POST", () => {
  test("is answered from the cache, whatever parameters and case its type has", async () => {
    const doh = kept(300);
    for (const type of [MEDIA_TYPE, "Application/DNS-Message", `${MEDIA_TYPE} ; charset=x`]) {
      assert.deepEqual(addressesIn(await decoded(await post(doh, query(), type))), [ADDRESS]);
    }
  });

  test("of another type is refused", async () => {
    const doh = kept(300);
    for (const type of ["application/dns-json", "text/plain", `${MEDIA_TYPE}s`, ";", "x"]) {
      const response = await assertRefused(
        post(doh, query(), type),
        415,
        /application\/dns-message/,
      );
      assert.equal(response.headers.get("accept"), MEDIA_TYPE);
    }
    const bare = new Request(`${ORIGIN}/dns-query`, { method: "POST", body: query() });
    bare.headers.delete("content-type");
    await assertRefused(doh.exchange.exchange(bare, LOOPBACK), 415, /application\/dns-message/);
  });

  test("over the longest message is refused, up to it is read", async () => {
    const doh = kept(300);
    await assertRefused(post(doh, new Uint8Array(65_536)), 413, /65535/);
    const longest = new Uint8Array(65_535);
    longest.set(query());
    assert.equal(rcodeOf(await decoded(await post(doh, longest))), "FORMERR");
  });

  test("without a query is a bad request", async () => {
    const doh = kept(300);
    await assertRefused(post(doh, new Uint8Array(0)), 400, /not a DNS query/);
    await assertRefused(post(doh, new Uint8Array(11)), 400, /not a DNS query/);
    const response = encode({ questions: [{ name: NAME, type: "A" }] }) as Uint8Array<ArrayBuffer>;
    await assertRefused(post(doh, response), 400, /not a DNS query/);
  });

  test("that does not arrive in time is given up", async () => {
    const doh = kept(300, { messageTimeoutMs: 50 });
    const before = timers.size;
    const body = new ReadableStream({ start: (controller) => controller.enqueue(query()) });
    const headers = { "content-type": MEDIA_TYPE };
    const init = { method: "POST", headers, body, duplex: "half" } as const;
    const response = doh.exchange.exchange(new Request(`${ORIGIN}/dns-query`, init), LOOPBACK);
    await assertRefused(response, 408, /in time/);
    assert.ok(timers.size <= before);
  });

  test("that breaks off gets a response that nobody reads, and leaves no timer", async () => {
    const doh = kept(300);
    const before = timers.size;
    const body = new ReadableStream({ start: (controller) => controller.error(new Error("gone")) });
    const headers = { "content-type": MEDIA_TYPE };
    const init = { method: "POST", headers, body, duplex: "half" } as const;
    const response = await doh.exchange.exchange(new Request(`${ORIGIN}/x`, init), LOOPBACK);
    assert.equal(response.status, 413);
    assert.ok(timers.size <= before);
  });
});

describe("other methods", () => {
  test("HEAD is answered as GET is", async () => {
    const doh = kept(300);
    const request = new Request(getUrl(ORIGIN), { method: "HEAD" });
    const response = await doh.exchange.exchange(request, LOOPBACK);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("cache-control") ?? "", /^max-age=(300|299)$/);
    const without = new Request(ORIGIN, { method: "HEAD" });
    assert.equal((await doh.exchange.exchange(without, LOOPBACK)).status, 400);
  });

  test("are not allowed", async () => {
    const doh = kept(300);
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "query"]) {
      const request = new Request(getUrl(ORIGIN), { method });
      const given = doh.exchange.exchange(request, LOOPBACK);
      const response = await assertRefused(given, 405, /GET or POST/);
      assert.equal(response.headers.get("allow"), "GET, HEAD, POST");
    }
  });
});

describe("how long an answer stays fresh", () => {
  const maxAge = async (given: Response | Promise<Response>): Promise<number> => {
    const value = (await given).headers.get("cache-control") ?? "";
    return Number(
      /^max-age=(\d+)$/.exec(value)?.[1] ?? (value === "private, no-store" ? 0 : Number.NaN),
    );
  };

  test("is what is left of its TTL, and counts down", async () => {
    const doh = kept(300);
    const first = await maxAge(get(doh));
    assert.ok(first === 300 || first === 299, String(first));
    await until(async () => (await maxAge(get(doh))) < first, "a smaller max-age");
    assert.ok((await maxAge(post(doh, query()))) < first);
  });

  test("is its smallest TTL", async () => {
    const doh = new DohAnswering();
    const answers = [
      { name: NAME, type: "CNAME", ttl: 900, data: "a.example.com" },
      { name: "a.example.com", type: "CNAME", ttl: 70, data: "b.example.com" },
      { name: "b.example.com", type: "A", ttl: 500, data: ADDRESS },
    ];
    doh.set.keep(query(), encode({ questions: [{ name: NAME, type: "A" }], answers }));
    const age = await maxAge(get(doh));
    assert.ok(age === 70 || age === 69, String(age));
  });

  test("is the SOA's for a negative answer (RFC 2308)", async () => {
    const doh = new DohAnswering();
    const authorities = [{ name: "example.com", type: "SOA", ttl: 3600, data: SOA }];
    const response = { questions: [{ name: NAME, type: "A" }], authorities };
    doh.set.keep(query(), encode({ ...response, flags: 0x183 }));
    const given = await get(doh);
    const age = await maxAge(given);
    assert.ok(age === 60 || age === 59, String(age));
    assert.equal(rcodeOf(await decoded(given)), "NXDOMAIN");
  });

  test("is nothing for what must not be used again", async () => {
    const doh = kept(300);
    const stranger = doh.exchange.exchange(new Request(getUrl(ORIGIN)), STRANGER);
    assert.equal(await maxAge(stranger), 0);
    assert.equal(rcodeOf(await decoded(await stranger)), "REFUSED");
    const two = [
      { name: NAME, type: "A" },
      { name: NAME, type: "AAAA" },
    ];
    const malformed = get(doh, query({ questions: two }));
    assert.equal(await maxAge(malformed), 0);
    assert.equal(rcodeOf(await decoded(await malformed)), "FORMERR");
    const transfer = get(doh, query({ questions: [{ name: NAME, type: "AXFR" }] }));
    assert.equal(await maxAge(transfer), 0);
  });

  test("is nothing when the response holds a cookie for the client's address", async () => {
    const doh = kept(300);
    const cookie = { code: 10, data: Buffer.from("0102030405060708", "hex") };
    const opt = { type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options: [cookie] };
    const response = await get(doh, query({ additionals: [opt] }));
    assert.equal(response.headers.get("cache-control"), "private, no-store");
    assert.deepEqual(addressesIn(await decoded(response)), [ADDRESS]);
  });
});

describe("padding (RFC 8467)", () => {
  const opt = (options: unknown[]): Record<string, unknown> => ({
    additionals: [{ type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options }],
  });

  test("goes to 468 bytes for a client that pads, and to nobody else", async () => {
    const doh = kept(300);
    const padded = await get(doh, query(opt([{ code: 12, length: 60 }])));
    assert.equal((await padded.arrayBuffer()).byteLength, 468);
    const plain = await get(doh, query(opt([])));
    assert.ok((await plain.arrayBuffer()).byteLength < 100);
  });
});

describe("a query that nobody has asked before", () => {
  const answers = [{ name: NAME, type: "A", ttl: 120, data: ADDRESS }];

  test("is answered when its upstream is, by GET and by POST", async () => {
    const doh = new DohAnswering();
    const responses = [get(doh), post(doh, query({ id: 9 })), get(doh, query({ id: 8 }))];
    await until(() => doh.resolver.waiting === 3, "three that wait");
    assert.ok(doh.group.respond(0, { answers }));
    const packets = await Promise.all(responses.map(async (r) => decoded(await r)));
    assert.deepEqual(
      packets.map(({ id }) => id),
      [0, 9, 8],
    );
    for (const packet of packets) assert.deepEqual(addressesIn(packet), [ADDRESS]);
    const [first] = await Promise.all(responses);
    assert.equal(first!.headers.get("cache-control"), "max-age=120");
    assert.equal(doh.group.asked.length, 1, "shared");
  });

  test("gets SERVFAIL, not to be used again, when its upstream is silent", async () => {
    const doh = new DohAnswering({ waitMs: 50 });
    const response = await get(doh);
    assert.equal(response.headers.get("cache-control"), "private, no-store");
    assert.equal(rcodeOf(await decoded(response)), "SERVFAIL");
  });

  test("and is aborted leaves nobody waiting", async () => {
    const doh = new DohAnswering({ waitMs: 80, waitersPerClient: 1 });
    const abort = new AbortController();
    const request = new Request(getUrl(ORIGIN), { signal: abort.signal });
    const response = doh.exchange.exchange(request, LOOPBACK);
    assert.equal(doh.resolver.waiting, 1);
    abort.abort();
    assert.equal(rcodeOf(await decoded(await get(doh))), "SERVFAIL", "over the client's share");
    assert.equal(doh.counters.value(COUNTER.waitersRefused), 1);
    await until(() => doh.resolver.waiting === 0, "nobody waiting");
    assert.equal((await response).status, 200);
    const next = get(doh, query({ questions: [{ name: "b.example.com", type: "A" }] }));
    assert.equal(doh.resolver.waiting, 1, "the client's share is free again");
    await next;
  });
});

describe("whatever the request", () => {
  const STATUSES = new Set([200, 400, 405, 408, 413, 415]);

  test("there is a response, neither an exception nor a rejection", async () => {
    const doh = kept(300, { waitMs: 20, messageTimeoutMs: 20 });
    const methods = fc.oneof(fc.constantFrom("GET", "POST", "HEAD", "PUT"), fc.string());
    const types = fc.oneof(fc.constant(MEDIA_TYPE), fc.string(), fc.constant(null));
    const queries = fc.uint8Array({ maxLength: 80 });
    const urls = fc.oneof(
      fc.string({ unit: "binary" }),
      queries.map((bytes) => getUrl(ORIGIN, bytes)),
      fc.string().map((text) => `${ORIGIN}/dns-query?dns=${text}`),
    );
    const property = fc.asyncProperty(
      methods,
      urls,
      types,
      queries,
      fc.boolean(),
      async (...given) => {
        const [method, url, type, body, breaks] = given;
        const request = {
          method,
          url,
          headers: { get: () => type },
          arrayBuffer: () =>
            breaks ? Promise.reject(new Error("gone")) : Promise.resolve(body.slice().buffer),
        } as unknown as Request;
        const response = await doh.exchange.exchange(request, LOOPBACK);
        assert.ok(STATUSES.has(response.status), String(response.status));
        assert.ok(response.headers.has("cache-control"));
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });
});
