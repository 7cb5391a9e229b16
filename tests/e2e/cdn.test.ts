// Real caches in front of the listener without TLS: Varnish with its defaults, and nginx with the
// configuration that docs/cdn.md gives.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as dnsPacket from "dns-packet";
import { createPlainDohApp } from "../../routes/doh-app.ts";
import { parseNetwork } from "../../src/config/parse-network.ts";
import { ClientAddress } from "../../src/listener/client-address.ts";
import { TRANSPORT } from "../../src/memory/counters.ts";
import type { HttpListener } from "../../src/runtime/contract.ts";
import { selectRuntime } from "../../src/runtime/select.ts";
import { makeSelfSigned } from "../certificates.ts";
import { curl, type CurlResponse } from "../curl.ts";
import { ADDRESS, DohAnswering, getUrl, MEDIA_TYPE, query } from "../doh-answering.ts";
import { Child } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { needs, programPath } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const START_TIMEOUT_MS = 20_000;
const TTL = 3600;
const HIT = 0;
const NOERROR = 0;
const REFUSED = 5;
const DOCUMENT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs", "cdn.md");

class Origin {
  readonly doh: DohAnswering = new DohAnswering({ waitMs: 100 });
  readonly listener: HttpListener;

  private constructor(listen: (origin: Origin) => HttpListener) {
    this.doh.keep(TTL);
    this.listener = listen(this);
  }

  static async start(header: "X-Real-IP" | "X-Forwarded-For"): Promise<Origin> {
    const runtime = await selectRuntime();
    const clients = new ClientAddress({ trustedProxies: [parseNetwork("127.0.0.1")], header });
    return new Origin(({ doh: { exchange } }) =>
      runtime.serveHttp({
        local: { host: "127.0.0.1", port: 0 },
        fetch: createPlainDohApp({ exchange, clients }),
      }),
    );
  }

  /** Queries that the cache in front did not answer. */
  get hits(): number {
    return this.doh.counters.queries(TRANSPORT.doh, HIT, NOERROR);
  }
}

function assertAnswers({ body, headers, status }: CurlResponse): void {
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), MEDIA_TYPE);
  const { answers = [] } = dnsPacket.decode(Buffer.from(body));
  assert.deepEqual(
    answers.map((answer) => (answer as { data: unknown }).data),
    [ADDRESS],
  );
}

/** Seconds that a client may still use the response (RFC 9111 §4.2). */
function freshness({ headers }: CurlResponse): number {
  const maxAge = /^max-age=(\d+)$/.exec(headers.get("cache-control") ?? "")?.[1];
  return Number(maxAge) - Number(headers.get("age"));
}

const missUrl = (origin: string, name: string): string =>
  getUrl(origin, query({ questions: [{ name, type: "A" }] }));

describe("Varnish in front", () => {
  const skip = needs("varnishd", "curl");
  let origin: Origin;
  let cache: Child;
  let url: string;

  before(async () => {
    if (skip !== false) return;
    origin = await Origin.start("X-Forwarded-For");
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    cache = new Child(programPath("varnishd"), [
      ...["-F", "-j", "none", "-n", temporaryFolder(), "-s", "malloc,16M"],
      ...["-a", `127.0.0.1:${port}`, "-b", `127.0.0.1:${origin.listener.local.port}`],
    ]);
    const isUp = (): boolean => /Child starts/.test(cache.stdout + cache.stderr);
    await cache.waitUntil(isUp, "start", START_TIMEOUT_MS);
  });
  after(async () => {
    await cache?.kill();
    origin?.listener.closeAll();
  });

  test("answers the second identical GET, with its age", { skip, timeout: 30_000 }, async () => {
    const before = origin.hits;
    const first = await curl(getUrl(url));
    await delay(2100);
    const second = await curl(getUrl(url));
    assertAnswers(first);
    assertAnswers(second);
    assert.equal(origin.hits, before + 1, "asked once");
    assert.equal(Number(first.headers.get("age")), 0);
    assert.ok(Number(second.headers.get("age")) >= 2);
    assert.ok(freshness(second) <= freshness(first) - 2, "freshness counts down");
    assert.ok(freshness(second) > TTL - 60);
  });

  test("takes another question for another one, by its query string", { skip }, async () => {
    const asked = origin.hits;
    assertAnswers(await curl(getUrl(url, query({ id: 77 }))));
    assert.equal(origin.hits, asked + 1);
  });

  test("hands POST on each time", { skip }, async () => {
    const asked = origin.hits;
    const post = { body: query(), headers: { "content-type": MEDIA_TYPE } };
    for (let i = 0; i < 2; i++) assertAnswers(await curl(`${url}/dns-query`, post));
    assert.equal(origin.hits, asked + 2);
  });

  test("keeps no failure", { skip }, async () => {
    const miss = missUrl(url, "failing.example.com");
    const first = await curl(miss);
    assert.equal(first.headers.get("cache-control"), "private, no-store");
    const { asked } = origin.doh.group;
    assert.ok(
      origin.doh.group.respond(asked.length - 1, {
        answers: [{ name: "failing.example.com", type: "A", ttl: 60, data: ADDRESS }],
      }),
    );
    assertAnswers(await curl(miss));
  });

  test("cannot be made to name another client than its own", { skip }, async () => {
    const headers = { "x-forwarded-for": "198.51.100.9" };
    // From an address that is not itself a trusted proxy's.
    const parameters = ["--interface", "127.0.0.2"];
    assertAnswers(await curl(getUrl(url, query({ id: 78 })), { headers, parameters }));
  });
});

/** The configuration in docs/cdn.md, made to run as anyone on ports and files of this test. */
function documentedConfiguration(folder: string, port: number, originPort: number): string {
  const [, block] = /^```nginx\n(.*?)^```$/ms.exec(readFileSync(DOCUMENT, "utf8")) ?? [];
  const certificate = makeSelfSigned({ addresses: ["127.0.0.1"] });
  const replaced = block!
    .replace("/var/cache/nginx/doh", join(folder, "cache"))
    .replace("127.0.0.1:8080", `127.0.0.1:${originPort}`)
    .replace("listen 443", `listen 127.0.0.1:${port}`)
    .replace("/etc/ssl/dns.pem", certificate.certificateFile)
    .replace("/etc/ssl/dns.key", certificate.keyFile);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `daemon off; master_process off; pid ${join(folder, "pid")}; error_log stderr notice;
events {}
http { access_log off; ${temporary.join(" ")}
${replaced}
}`;
}

describe("nginx in front, set up as documented", () => {
  const skip = needs("nginx", "curl", "openssl");
  let origin: Origin;
  let proxy: Child;
  let url: string;

  before(async () => {
    if (skip !== false) return;
    origin = await Origin.start("X-Real-IP");
    const [folder, port] = [temporaryFolder(), await freePort()];
    url = `https://127.0.0.1:${port}`;
    const file = join(folder, "nginx.conf");
    mkdirSync(join(folder, "logs"));
    writeFileSync(file, documentedConfiguration(folder, port, origin.listener.local.port));
    proxy = new Child(programPath("nginx"), ["-p", folder, "-e", "stderr", "-c", file]);
    const isUp = (): boolean => /using the "epoll"/.test(proxy.stderr);
    await proxy.waitUntil(isUp, "start", START_TIMEOUT_MS);
  });
  after(async () => {
    await proxy?.kill();
    origin?.listener.closeAll();
  });

  const status = (response: CurlResponse): string | null => response.headers.get("x-cache-status");

  test("answers the second identical GET from its cache, over HTTP/2", { skip }, async () => {
    const asked = origin.hits;
    const [first, second] = [await curl(getUrl(url)), await curl(getUrl(url))];
    assert.equal(first.version, "2");
    for (const response of [first, second]) assertAnswers(response);
    assert.deepEqual([status(first), status(second)], ["MISS", "HIT"]);
    assert.equal(origin.hits, asked + 1);
  });

  test(
    "asks again a few seconds later, so that the TTL counts down",
    { skip, timeout: 30_000 },
    async () => {
      const first = await curl(getUrl(url));
      await delay(6100);
      const later = await curl(getUrl(url));
      assert.equal(status(later), "EXPIRED");
      assert.ok(freshness(later) < freshness(first));
    },
  );

  test("keeps no failure, and nothing that is fresh for seconds only", { skip }, async () => {
    const failing = missUrl(url, "failing.example.com");
    for (let i = 0; i < 2; i++) assert.equal(status(await curl(failing)), "MISS");
    origin.doh.keep(9);
    const short = getUrl(url, query({ id: 79 }));
    for (let i = 0; i < 2; i++) assert.equal(status(await curl(short)), "MISS");
    origin.doh.keep(TTL);
  });

  test("names the client itself, whatever the client says", { skip }, async () => {
    const headers = { "x-real-ip": "198.51.100.9" };
    assertAnswers(await curl(getUrl(url, query({ id: 80 })), { headers }));
    const around = getUrl(`http://127.0.0.1:${origin.listener.local.port}`, query({ id: 81 }));
    const { body } = await curl(around, { headers });
    assert.equal(body[3]! & 15, REFUSED, "from the proxy's own address the header counts");
  });

  test("hands POST and refusals on", { skip }, async () => {
    const post = { body: query(), headers: { "content-type": MEDIA_TYPE } };
    assertAnswers(await curl(`${url}/dns-query`, post));
    assert.equal((await curl(`${url}/dns-query?dns=AAAA`)).status, 400);
    const tooLong = { ...post, body: new Uint8Array(65_537) };
    assert.equal((await curl(`${url}/dns-query`, tooLong)).status, 413);
  });
});
