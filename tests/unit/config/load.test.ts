// Which source has the last word, and what the settings are when nobody says anything.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { loadSettings, type SettingsRequest } from "../../../src/config/load.ts";
import { parseNetwork } from "../../../src/config/parse-network.ts";
import type { Experimental, Settings } from "../../../src/config/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "hermod-config-"));
after(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "hermod.yaml");
  writeFileSync(path, text);
  return path;
}

const OPTIMISATIONS = [
  "batching",
  "socketBuffers",
  "paddedRows",
  "finishedResponses",
  "wordCopies",
  "joinedResponses",
  "dohBesideRouter",
  "cacheSegments",
  "negativeCaching",
  "nameCompression",
  "querySharing",
  "joinedQueries",
  "pipelining",
  "connectionReuse",
  "sessionResumption",
] as const;

/** All of them on, or all off. */
function optimisations(on: boolean): Experimental {
  const pairs = OPTIMISATIONS.map((name) => [name, on] as const);
  return Object.fromEntries(pairs) as unknown as Experimental;
}

function load(request: Partial<SettingsRequest>): Promise<Settings> {
  return loadSettings({ environment: {}, flags: {}, ...request });
}

test("the defaults", async () => {
  assert.deepEqual(await load({}), {
    listen: {
      dns: [
        { host: "127.0.0.1", port: 5335 },
        { host: "::1", port: 5335 },
      ],
      dot: [
        { host: "127.0.0.1", port: 8853 },
        { host: "::1", port: 8853 },
      ],
      doh: [
        { host: "127.0.0.1", port: 8443 },
        { host: "::1", port: 8443 },
      ],
      dohPlain: [],
      admin: { host: "127.0.0.1", port: 8053 },
    },
    udp: { engine: "auto", threadCount: 0 },
    streamThreadCount: 0,
    upstream: {
      servers: [
        "tls://9.9.9.9:853#dns.quad9.net",
        "tls://149.112.112.112:853#dns.quad9.net",
        "tls://[2620:fe::fe]:853#dns.quad9.net",
        "tls://1.1.1.1:853#cloudflare-dns.com",
        "tls://1.0.0.1:853#cloudflare-dns.com",
      ],
      caPem: undefined,
    },
    certificate: undefined,
    proxy: { trusted: [], clientAddressHeader: undefined, protocol: false },
    cache: {
      capacityBytes: 64 * 1024 ** 2,
      minTtlSeconds: 0,
      maxTtlSeconds: 86_400,
      maxNegativeTtlSeconds: 10_800,
    },
    access: {
      allow: [
        ...["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
        ...["100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10"],
      ].map(parseNetwork),
    },
    limits: {
      connections: 4096,
      connectionsPerClient: 256,
      idleTimeoutMs: 30_000,
      messageTimeoutMs: 5000,
      waitersPerQuestion: 1024,
      waitersPerClient: 2048,
      resolveTimeoutMs: 1800,
    },
    log: { level: "info" },
    experimental: optimisations(true),
  });
});

test("every key of the file", async () => {
  const configFile = file(`
listen:
  dns: [192.0.2.1:53, "[2001:db8::1]:53"]
  dot: ["[::]:853"]
  doh: []
  dohPlain: [127.0.0.1:8080]
  admin: "[::1]:9000"
udp: {engine: batched, threads: 3}
streams: {threads: 2}
upstream:
  servers:
    - udp://192.0.2.2:53
    - tls://[2001:db8::2]:853#dns.example
tls: {certificate: chain.pem, key: /etc/key.pem}
proxy:
  trusted: [192.0.2.0/24]
  clientAddressHeader: X-Real-IP
  protocol: true
cache:
  size: 1048576
  minTtl: 5s
  maxTtl: 2h
  maxNegativeTtl: 1m
access:
  allow: [203.0.113.0/24]
limits:
  connections: 10
  connectionsPerClient: 3
  idleTimeout: 10s
  messageTimeout: 500ms
  waitersPerQuestion: 4
  waitersPerClient: 5
  resolveTimeout: 1s
log:
  level: debug
experimental: {${OPTIMISATIONS.map((name) => `${name}: false`).join(", ")}}
`);
  assert.deepEqual(await load({ configFile }), {
    listen: {
      dns: [
        { host: "192.0.2.1", port: 53 },
        { host: "2001:db8::1", port: 53 },
      ],
      dot: [{ host: "::", port: 853 }],
      doh: [],
      dohPlain: [{ host: "127.0.0.1", port: 8080 }],
      admin: { host: "::1", port: 9000 },
    },
    udp: { engine: "batched", threadCount: 3 },
    streamThreadCount: 2,
    upstream: {
      servers: ["udp://192.0.2.2:53", "tls://[2001:db8::2]:853#dns.example"],
      caPem: undefined,
    },
    certificate: {
      certificateFile: join(dirname(configFile), "chain.pem"),
      keyFile: "/etc/key.pem",
    },
    proxy: {
      trusted: [parseNetwork("192.0.2.0/24")],
      clientAddressHeader: "X-Real-IP",
      protocol: true,
    },
    cache: {
      capacityBytes: 1_048_576,
      minTtlSeconds: 5,
      maxTtlSeconds: 7200,
      maxNegativeTtlSeconds: 60,
    },
    access: { allow: [parseNetwork("203.0.113.0/24")] },
    limits: {
      connections: 10,
      connectionsPerClient: 3,
      idleTimeoutMs: 10_000,
      messageTimeoutMs: 500,
      waitersPerQuestion: 4,
      waitersPerClient: 5,
      resolveTimeoutMs: 1000,
    },
    log: { level: "debug" },
    experimental: optimisations(false),
  });
});

test("an empty file says nothing", async () => {
  const text = "# all of it commented out\n";
  assert.deepEqual(await load({ configFile: file(text) }), await load({}));
  assert.deepEqual(await load({ configFile: file("") }), await load({}));
});

describe("flags over environment over file over defaults", () => {
  const text =
    "listen: {dns: [127.0.0.1:1], admin: 127.0.0.1:1}\ncache: {size: 1MiB, maxTtl: 1h}\n";
  const environment = { HERMOD_DNS: "127.0.0.1:2, [::1]:2", HERMOD_CACHE_SIZE: "2MiB" };
  const flags = { dns: ["127.0.0.1:3"] };
  const ports = ({ listen }: Settings): number[] => listen.dns.map(({ port }) => port);

  test("each wins over those below, key by key", async () => {
    const configFile = file(text);
    assert.deepEqual(ports(await load({ configFile })), [1]);
    assert.deepEqual(ports(await load({ configFile, environment })), [2, 2]);
    const all = await load({ configFile, environment, flags });
    assert.deepEqual(ports(all), [3]);
    assert.equal(all.cache.capacityBytes, 2 * 1024 ** 2);
    assert.equal(all.cache.maxTtlSeconds, 3600);
    assert.equal(all.listen.admin.port, 1);
    assert.equal(all.cache.minTtlSeconds, 0);
  });

  test("a list replaces the whole list", async () => {
    const settings = await load({
      environment: { HERMOD_UPSTREAM: "udp://192.0.2.1:53,tcp://192.0.2.2:53" },
      flags: { upstream: ["udp://192.0.2.3:53"] },
    });
    assert.deepEqual(settings.upstream.servers, ["udp://192.0.2.3:53"]);
  });

  test("HERMOD_CONFIG names the file, --config wins over it", async () => {
    const path = file("log: {level: error}\n");
    const other = { HERMOD_CONFIG: "/nowhere/hermod.yaml" };
    assert.equal((await load({ environment: { HERMOD_CONFIG: path } })).log.level, "error");
    assert.equal((await load({ environment: other, configFile: path })).log.level, "error");
    await assert.rejects(load({ environment: other }), /^SettingsError: \/nowhere\/hermod\.yaml: /);
  });

  test("every variable and its flag set the same", async () => {
    const pairs: [Record<string, string>, Record<string, unknown>][] = [
      [{ HERMOD_DNS: "127.0.0.1:1" }, { dns: ["127.0.0.1:1"] }],
      [{ HERMOD_ADMIN: "127.0.0.1:2" }, { admin: "127.0.0.1:2" }],
      [{ HERMOD_UPSTREAM: "192.0.2.1" }, { upstream: ["192.0.2.1"] }],
      [{ HERMOD_CACHE_SIZE: "3MiB" }, { cacheSize: "3MiB" }],
      [{ HERMOD_LOG_LEVEL: "warn" }, { logLevel: "warn" }],
    ];
    for (const [environment, flags] of pairs) {
      const settings = await load({ environment });
      assert.deepEqual(settings, await load({ flags }));
      assert.notDeepEqual(settings, await load({}));
    }
  });

  test("an empty variable, another's variable and a test's variable say nothing", async () => {
    const environment = { HERMOD_DNS: "", HOME: "/root", HERMOD_TEST_DATA: "/data" };
    assert.deepEqual(await load({ environment }), await load({}));
  });
});
