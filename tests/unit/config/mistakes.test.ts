// Every kind of mistake, with its place, its value and the mend.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { loadSettings, type SettingsRequest } from "../../../src/config/load.ts";
import { SettingsError } from "../../../src/config/settings-error.ts";

const folder = mkdtempSync(join(tmpdir(), "hermod-config-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "hermod.yaml");

async function mistakes(request: Partial<SettingsRequest>): Promise<string[]> {
  try {
    await loadSettings({ environment: {}, flags: {}, ...request });
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    assert.equal(error.code, "SETTINGS");
    const lines = error.message.split("\n");
    assert.equal(lines.length, error.mistakes.length);
    return lines;
  }
  return [];
}

/** The lines for a file, without the path that each begins with. */
async function inFile(text: string): Promise<string[]> {
  writeFileSync(path, text);
  return (await mistakes({ configFile: path })).map((line) => {
    assert.ok(line.startsWith(`${path}:`), line);
    return line.slice(path.length + 1);
  });
}

describe("in the file", () => {
  const cases: Record<string, [text: string, ...lines: string[]]> = {
    "unknown section": [
      "upstreem:\n  servers: []\n",
      "1:1: upstreem: no such key: did you mean upstream?",
    ],
    "unknown key": ["cache:\n  sise: 64MiB\n", "2:3: cache.sise: no such key: did you mean size?"],
    "unknown key with nothing near": [
      "log:\n  colour: true\n",
      "2:3: log.colour: no such key: write one of level",
    ],
    "several unknown keys": [
      "cahce: {}\nlog: {levle: info}\n",
      "2:7: log.levle: no such key: did you mean level?",
      "1:1: cahce: no such key: did you mean cache?",
    ],
    "duplicate key": [
      "log:\n  level: info\n  level: warn\n",
      "3:3: this key stands here a second time: keep one of them",
    ],
    "duplicate key and other mistakes": [
      "log: {}\nlog:\n  level: loud\n",
      "2:1: this key stands here a second time: keep one of them",
      '3:10: log.level: "loud" is not known here: write one of error, warn, info, debug',
    ],
    "bad indentation": ["log:\n\tlevel: info\n", "2:1: a tab can't indent: write spaces"],
    "two documents": [
      "log: {}\n---\nlog: {}\n",
      "2:1: the file holds a second document: keep what stands before ---",
    ],
    "a list in place of the whole": [
      "- 127.0.0.1:53\n",
      '1:1: ["127.0.0.1:53"] is not a mapping: write it as in key: value',
    ],
    "a list in place of a section": [
      "listen: [127.0.0.1:53]\n",
      '1:9: listen: ["127.0.0.1:53"] is not a mapping: write it as in key: value',
    ],
    "text in place of a section": [
      "cache: 64MiB\n",
      '1:8: cache: "64MiB" is not a mapping: write it as in key: value',
    ],
    "text in place of a list": [
      "listen:\n  dns: 127.0.0.1:53\n",
      '2:8: listen.dns: "127.0.0.1:53" is not a list: write it as in [127.0.0.1:5335]',
    ],
    "an empty list": [
      "listen: {dns: []}\n",
      "1:15: listen.dns: the list is empty: write at least one, as in [127.0.0.1:5335]",
    ],
    "a key without value": [
      "listen:\n  dns:\n",
      "2:7: listen.dns: nothing is not a list: write it as in [127.0.0.1:5335]",
    ],
    "an endpoint without brackets": [
      "listen:\n  dns:\n    - 127.0.0.1:53\n    - ::1:53\n",
      '4:7: listen.dns: "::1:53" is not an endpoint: an IPv6 address goes in brackets and is followed by a port, as in [::1]:5335',
    ],
    "brackets without quotes": [
      "listen: {dns: [[::1]:53]}\n",
      '1:16: listen.dns: {"[ ::1 ]":53} is not a text: write it as in 127.0.0.1:5335',
    ],
    "a network with too long a prefix": [
      "access: {allow: [10.0.0.0/8, 10.0.0.0/40]}\n",
      '1:30: access.allow: "10.0.0.0/40" is not a network: its prefix length is a number from 0 to 32',
    ],
    "a size in the wrong unit": [
      "cache: {size: 64MB}\n",
      '1:15: cache.size: "64MB" is not a size: write a whole number of bytes or of KiB, MiB or GiB, as in 64MiB',
    ],
    "a size out of range": [
      "cache: {size: 4KiB}\n",
      '1:15: cache.size: "4KiB" is out of range: write from 1MiB to 2047MiB',
    ],
    "a size of the wrong type": [
      "cache: {size: [64MiB]}\n",
      '1:15: cache.size: ["64MiB"] is not a size: write it as in 64MiB',
    ],
    "a duration without a unit": [
      "limits: {idleTimeout: 30}\n",
      "1:23: limits.idleTimeout: 30 is not a duration: write a whole number with its unit, ms, s, m, h or d, as in 30s",
    ],
    "a duration out of range": [
      "limits: {resolveTimeout: 3s}\n",
      '1:26: limits.resolveTimeout: "3s" is out of range: write from 100ms to 2s',
    ],
    "a TTL of half a second": [
      "cache: {minTtl: 500ms}\n",
      "1:17: cache.minTtl: 500ms is not a whole number of seconds: write it as in 1s",
    ],
    "a least TTL over the longest": [
      "cache:\n  minTtl: 1h\n  maxTtl: 1m\n",
      "2:11: cache.minTtl: 3600s is longer than cache.maxTtl: write at most 60s",
    ],
    "a count out of range": [
      "limits: {connections: 0}\n",
      "1:23: limits.connections: 0 is out of range: write a whole number from 1 to 1000000",
    ],
    "a count that is not whole": [
      "limits: {waitersPerClient: 1.5}\n",
      "1:28: limits.waitersPerClient: 1.5 is out of range: write a whole number from 1 to 65535",
    ],
    "a count as text": [
      'limits: {connections: "5"}\n',
      '1:23: limits.connections: "5" is not a number: write it as in 1',
    ],
    "an unknown word": [
      "log: {level: trace}\n",
      '1:14: log.level: "trace" is not known here: write one of error, warn, info, debug',
    ],
    "an admin endpoint that others can reach": [
      "listen: {admin: 0.0.0.0:8053}\n",
      '1:17: listen.admin: "0.0.0.0:8053" is not loopback, and there is no login yet: write 127.0.0.1:8053 or [::1]:8053',
    ],
    "listeners that are no endpoints, and a certificate that is no file": [
      "listen:\n  dot: [853]\n  doh: 127.0.0.1:443\ntls: {certificate: [a.pem], key: b.pem}\n",
      "2:9: listen.dot: 853 is not a text: write it as in 127.0.0.1:5335",
      '3:8: listen.doh: "127.0.0.1:443" is not a list: write it as in [127.0.0.1:8443]',
      '4:20: tls.certificate: ["a.pem"] is not a text: write it as in /etc/hermod/chain.pem',
    ],
    "an engine that there is not, and too many threads": [
      "udp: {engine: fast, threads: 1000}\n",
      '1:15: udp.engine: "fast" is not known here: write one of auto, batched, portable',
      "1:30: udp.threads: 1000 is out of range: write a whole number from 0 to 64",
    ],
    "fewer than no threads for streams": [
      "streams: {threads: -1}\n",
      "1:20: streams.threads: -1 is out of range: write a whole number from 0 to 64",
    ],
    "proxies that are no networks, and a header that nobody sends": [
      "proxy: {trusted: [example.net], clientAddressHeader: X-Client, protocol: v2}\n",
      '1:19: proxy.trusted: "example.net" is not a network: write an address and a prefix length, as in 192.168.0.0/16',
      '1:54: proxy.clientAddressHeader: "X-Client" is not known here: write one of CF-Connecting-IP, X-Forwarded-For, Fastly-Client-IP, X-Real-IP, True-Client-IP',
      '1:74: proxy.protocol: "v2" is not a yes or no: write it as in true',
    ],
  };
  for (const [name, [text, ...lines]] of Object.entries(cases)) {
    test(name, async () => assert.deepEqual(await inFile(text), lines));
  }

  test("YAML that can't be read names its place, and what to quote", async () => {
    for (const [text, place] of [
      ["listen:\n  dns:\n    - [::1]:53\n", "3:12"],
      ["log: {level: info\n", "2:1"],
      ["log: level: info\n", "1:6"],
      ["log: 'info\n", "2:1"],
    ] as const) {
      const [line, ...others] = await inFile(text);
      assert.ok(line!.startsWith(`${place}: not YAML: `), line);
      assert.ok(line!.endsWith("go in quotes"), line);
      assert.deepEqual(others, [], text);
    }
  });

  test("an upstream's URL", async () => {
    const [line, ...others] = await inFile(
      "upstream:\n  servers:\n    - tls://192.0.2.1#dns.example\n    - gopher://192.0.2.1\n",
    );
    assert.match(line!, /^4:7: upstream\.servers: "gopher:\/\/192\.0\.2\.1" .*udp:\/\/.*tls:\/\//);
    assert.deepEqual(others, []);
  });

  test("names that every object has are unknown keys too", async () => {
    assert.deepEqual(await inFile("toString: 1\n"), [
      "1:1: toString: no such key: write one of listen, upstream, udp, streams, tls, proxy, cache, access, limits, log, experimental",
    ]);
  });

  test("hostile text stays on one line", async () => {
    const [line, ...others] = await inFile('upstream: {servers: ["udp://\\nx\\e[31m"]}\n');
    assert.match(line!, /^1:22: upstream\.servers: /);
    assert.deepEqual(others, []);
  });
});

describe("in the file of trust anchors", () => {
  test("that is not there", async () => {
    const [line] = await inFile("upstream: {ca: none.pem}\n");
    assert.ok(line!.startsWith(`1:16: upstream.ca: "${join(folder, "none.pem")}" can't be read: `));
    assert.match((await mistakes({ flags: { upstreamCa: "/none.pem" } }))[0]!, /^--upstream-ca: /);
    assert.match(
      (await mistakes({ environment: { HERMOD_UPSTREAM_CA: "/none.pem" } }))[0]!,
      /^HERMOD_UPSTREAM_CA: upstream\.ca: "\/none\.pem" can't be read: /,
    );
  });

  test("that holds no certificate, or a broken one", async () => {
    const upstreamCa = join(folder, "ca.pem");
    writeFileSync(upstreamCa, "nothing here\n");
    assert.match(
      (await mistakes({ flags: { upstreamCa } }))[0]!,
      /ca\.pem" holds no certificate: it must be a PEM file with some$/,
    );
    writeFileSync(upstreamCa, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert.match(
      (await mistakes({ flags: { upstreamCa } }))[0]!,
      /ca\.pem" holds a broken certificate: /,
    );
  });
});

describe("in the environment", () => {
  test("a bad value", async () => {
    assert.deepEqual(await mistakes({ environment: { HERMOD_DNS: "127.0.0.1:53,localhost:53" } }), [
      'HERMOD_DNS: listen.dns: "localhost:53" is not an endpoint: "localhost" is not an address; write one and a port, as in 127.0.0.1:5335',
    ]);
  });

  test("an unknown variable", async () => {
    assert.deepEqual(
      await mistakes({ environment: { HERMOD_UPSTREAMS: "192.0.2.1", HERMOD_COLOUR: "1" } }),
      [
        "HERMOD_UPSTREAMS: no such variable: did you mean HERMOD_UPSTREAM?",
        "HERMOD_COLOUR: no such variable: unset it, or use one of HERMOD_CONFIG, HERMOD_DNS, HERMOD_DOT, HERMOD_DOH, HERMOD_DOH_PLAIN, HERMOD_ADMIN, HERMOD_UDP_ENGINE, HERMOD_UDP_THREADS, HERMOD_STREAM_THREADS, HERMOD_UPSTREAM, HERMOD_UPSTREAM_CA, HERMOD_TLS_CERT, HERMOD_TLS_KEY, HERMOD_TRUSTED_PROXY, HERMOD_CLIENT_ADDRESS_HEADER, HERMOD_CACHE_SIZE, HERMOD_LOG_LEVEL",
      ],
    );
  });

  test("a certificate without its key", async () => {
    const [line, ...others] = await mistakes({ environment: { HERMOD_TLS_CERT: "a.pem" } });
    assert.match(line!, /^tls\.key: is missing, .* give --tls-key FILE as well$/);
    assert.deepEqual(others, []);
  });

  test("a key without its certificate", async () => {
    const [line, ...others] = await mistakes({ environment: { HERMOD_TLS_KEY: "b.pem" } });
    assert.match(line!, /^tls\.certificate: is missing, .* give --tls-cert FILE as well$/);
    assert.deepEqual(others, []);
  });
});

describe("on the command line", () => {
  test("a bad value", async () => {
    const flags = { cacheSize: "much", logLevel: "loud", admin: "192.0.2.1:80" };
    assert.deepEqual(
      (await mistakes({ flags })).map((line) => line.split(": ").slice(0, 2)),
      [
        ["--admin", "listen.admin"],
        ["--cache-size", "cache.size"],
        ["--log-level", "log.level"],
      ],
    );
  });

  test("half of the certificate's pair here, half in the environment", async () => {
    const environment = { HERMOD_TLS_KEY: "b.pem" };
    assert.deepEqual(await mistakes({ flags: { tlsCert: "a.pem" }, environment }), []);
  });
});

test("all sources at once, also where another one would have the last word", async () => {
  writeFileSync(path, "cache: {size: big}\n");
  const lines = await mistakes({
    configFile: path,
    environment: { HERMOD_CACHE_SIZE: "bigger" },
    flags: { cacheSize: "64MiB", dns: ["nowhere"] },
  });
  assert.deepEqual(
    lines.map((line) => line.split(": ")[0]),
    [`${path}:1:15`, "HERMOD_CACHE_SIZE", "--dns"],
  );
});

test("a file that can't be read", async () => {
  const [line, ...others] = await mistakes({ configFile: folder });
  assert.ok(line!.startsWith(`${folder}: can't be read: `), line);
  assert.deepEqual(others, []);
});
