// The admin interface: what each path says, and who is turned away.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { adminApp, type AdminParts } from "../../../routes/admin.ts";
import { Counters } from "../../../src/memory/counters.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { UpstreamCounters } from "../../../src/telemetry/upstream-counters.ts";

const logged: string[] = [];

function parts(given: Partial<AdminParts> = {}): AdminParts {
  return {
    metrics: {
      version: "1.2.3",
      counters: [new Counters()],
      cache: { entries: 0, bytes: 0, insertions: 0, evictions: 0, refused: 0 },
      upstreams: new UpstreamCounters([]),
      openConnections: () => 0,
      certificateDaysLeft: () => 30,
      udp: { kernelDrops: 3, missesRefused: 2, threadsReplaced: 1 },
      streams: { threadsReplaced: 0 },
      waitingQueries: () => 0,
    },
    readiness: () => ({ ready: true, reason: "" }),
    hosts: ["192.0.2.7", "dns.example", "2001:db8::7"],
    log: createLog({ level: "debug", write: (line) => logged.push(line) }),
    ...given,
  };
}

async function get(
  path: string,
  {
    host = "localhost:8053",
    method = "GET",
    ...given
  }: Partial<AdminParts> & {
    host?: string;
    method?: string;
  } = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const request = new Request(`http://127.0.0.1:8053${path}`, { method, headers: { host } });
  const response = await adminApp(parts(given)).fetch(request);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe("paths", () => {
  test("/health says ok, whatever else is wrong", async () => {
    const readiness = (): never => assert.fail("not asked");
    const { status, text } = await get("/health", { readiness });
    assert.equal(status, 200);
    assert.equal(text, "ok\n");
  });

  test("/ready says yes, or why not", async () => {
    const yes = await get("/ready");
    assert.equal(yes.status, 200);
    assert.deepEqual(JSON.parse(yes.text), { ready: true });
    const no = await get("/ready", { readiness: () => ({ ready: false, reason: "stopping" }) });
    assert.equal(no.status, 503);
    assert.deepEqual(JSON.parse(no.text), { ready: false, reason: "stopping" });
  });

  test("/metrics is text that Prometheus reads", async () => {
    const { status, text, headers } = await get("/metrics");
    assert.equal(status, 200);
    assert.match(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^hermod_build_info\{version="1\.2\.3"\} 1$/m);
  });

  test("HEAD works wherever GET does", async () => {
    for (const path of ["/health", "/ready", "/metrics"]) {
      const { status, text } = await get(path, { method: "HEAD" });
      assert.equal(status, 200, path);
      assert.equal(text, "", path);
    }
  });

  test("nothing is stored, sniffed or framed", async () => {
    for (const path of ["/health", "/ready", "/metrics", "/nowhere"]) {
      const { headers } = await get(path);
      assert.equal(headers.get("cache-control"), "no-store", path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("x-frame-options"), "SAMEORIGIN", path);
    }
  });
});

describe("what is turned away", () => {
  test("other methods", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const { status, headers } = await get("/metrics", { method });
      assert.equal(status, 405, method);
      assert.equal(headers.get("allow"), "GET, HEAD");
    }
  });

  test("unknown paths, without an echo", async () => {
    for (const path of ["/", "/metrics/", "/%3Cscript%3E", "/../etc/passwd", "/health%00"]) {
      const { status, text } = await get(path);
      assert.equal(status, 404, path);
      assert.equal(text, "There is nothing here.\n");
    }
  });

  test("a failing route says so to the log alone", async () => {
    logged.length = 0;
    const { status, text } = await get("/ready", {
      readiness: () => {
        throw new Error("secret\u001b[2J");
      },
    });
    assert.equal(status, 500);
    assert.doesNotMatch(text, /secret/);
    assert.equal(logged.length, 1);
    assert.match(logged[0]!, / error admin: secret\\u\{1b\}\[2J\n$/);
  });
});

describe("the Host header", () => {
  const right = ["localhost", "LOCALHOST:8053", "localhost.:80", "127.0.0.1", "127.1.2.3:8053"];
  const configured = ["[::1]", "[::1]:8053", "192.0.2.7:8053", "dns.example", "[2001:db8::7]:1"];
  for (const host of [...right, ...configured]) {
    test(`may be ${host}`, async () => assert.equal((await get("/health", { host })).status, 200));
  }

  const rebound = ["evil.example", "evil.example:8053", "127.0.0.1.evil.example", "localhost.evil"];
  const odd = ["", "192.0.2.8", "[::2]", "localhost:x", "localhost:8053:1", "user@localhost"];
  for (const host of [...rebound, ...odd, "127.0.0.1/", "2001:db8::7", "notlocalhost"]) {
    test(`may not be "${host}"`, async () => {
      for (const path of ["/health", "/ready", "/metrics", "/nowhere"]) {
        const { status, text } = await get(path, { host });
        assert.equal(status, 403, path);
        assert.equal(text, "This Host is not served here.\n");
      }
    });
  }

  test("may not be missing", async () => {
    const response = await adminApp(parts()).fetch(new Request("http://127.0.0.1:8053/health"));
    assert.equal(response.status, 403);
  });
});
