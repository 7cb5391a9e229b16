// Every setting: its kind, its range, its default and one line about it. The only place that knows
// them; the descriptions are metadata, so that a JSON Schema for editors can be made of this.

import * as v from "valibot";
import { CLIENT_ADDRESS_HEADERS } from "../listener/client-address-headers.ts";
import { UDP_ENGINES } from "../listener/udp-engines.ts";
import { parseUpstreamUrl } from "../upstream/parse-upstream-url.ts";
import { parseEndpoint } from "./parse-endpoint.ts";
import { parseNetwork } from "./parse-network.ts";
import { readTrustAnchors } from "./read-trust-anchors.ts";
import {
  anyNumberOf,
  count,
  countOrText,
  durationMs,
  durationSeconds,
  type Leaf,
  listOf,
  notA,
  oneOf,
  parseLoopbackEndpoint,
  size,
  text,
} from "./schema-leaves.ts";
import type { Settings } from "./settings.ts";

const DEFAULT_UPSTREAMS = [
  "tls://9.9.9.9:853#dns.quad9.net",
  "tls://149.112.112.112:853#dns.quad9.net",
  "tls://[2620:fe::fe]:853#dns.quad9.net",
  "tls://1.1.1.1:853#cloudflare-dns.com",
  "tls://1.0.0.1:853#cloudflare-dns.com",
];

const LOOPBACK_AND_PRIVATE = [
  "127.0.0.0/8",
  "::1",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

const endpoint = text(parseEndpoint, "127.0.0.1:5335");

const ENTRIES = {
  listen: {
    dns: setting("Where to serve DNS over UDP and TCP.", listOf(endpoint, "127.0.0.1:5335"), [
      "127.0.0.1:5335",
      "[::1]:5335",
    ]),
    dot: setting(
      "Where to serve DNS over TLS; an empty list turns it off.",
      anyNumberOf(endpoint, "127.0.0.1:8853"),
      ["127.0.0.1:8853", "[::1]:8853"],
    ),
    doh: setting(
      "Where to serve DNS over HTTPS, over HTTP/1.1, HTTP/2 and HTTP/3; an empty list turns it off.",
      anyNumberOf(endpoint, "127.0.0.1:8443"),
      ["127.0.0.1:8443", "[::1]:8443"],
    ),
    dohPlain: setting(
      "Where to serve DNS over HTTP without TLS, to loopback and trusted proxies alone.",
      anyNumberOf(endpoint, "127.0.0.1:8080"),
      [],
    ),
    admin: setting(
      "Where to serve /health, /ready and /metrics over HTTP; on loopback, because it has no login.",
      text(parseLoopbackEndpoint, "127.0.0.1:8053"),
      "127.0.0.1:8053",
    ),
  },
  upstream: {
    servers: setting(
      "The resolvers that are asked, the first one first: udp://, tcp:// or tls:// with an address.",
      listOf(
        text((given) => parseUpstreamUrl(given).url, DEFAULT_UPSTREAMS[0]!),
        DEFAULT_UPSTREAMS[0]!,
      ),
      DEFAULT_UPSTREAMS,
    ),
    ca: unset(
      "PEM file of trust anchors for tls:// upstreams, in place of the system's; relative to the file that names it.",
      text(readTrustAnchors, "/etc/hermod/ca.pem"),
    ),
  },
  udp: {
    engine: setting(
      "How UDP is served: batched, on threads of its own (Linux); portable, on the main thread; auto, batched where it works.",
      oneOf(UDP_ENGINES),
      "auto",
    ),
    threads: setting(
      "Threads of the batched engine; 0 for one less than there are cores, but at least one.",
      countOrText(0, 64),
      0,
    ),
  },
  streams: {
    threads: setting(
      "Threads that serve TCP, DoT and DoH, for machines with more cores; 0 for the main thread.",
      countOrText(0, 64),
      0,
    ),
  },
  tls: {
    certificate: unset(
      "PEM file of the certificate chain for DNS over TLS and HTTPS; without one a certificate for development is made.",
      v.string(notA("text", "/etc/hermod/chain.pem")),
    ),
    key: unset(
      "PEM file of the certificate's private key.",
      v.string(notA("text", "/etc/hermod/key.pem")),
    ),
  },
  proxy: {
    trusted: setting(
      "Networks of the proxies that are believed when they say for whom they ask.",
      anyNumberOf(text(parseNetwork, "192.0.2.0/24"), "192.0.2.0/24"),
      [],
    ),
    clientAddressHeader: unset(
      "The HTTP header in which trusted proxies name their client.",
      oneOf(CLIENT_ADDRESS_HEADERS),
    ),
    protocol: setting(
      "Whether trusted proxies begin TCP connections with the PROXY protocol, version 1 or 2.",
      v.boolean(notA("yes or no", "true")),
      false,
    ),
  },
  cache: {
    size: setting("Memory for the cache, all told.", size("1MiB", "2047MiB"), "64MiB"),
    minTtl: setting(
      "TTLs below this are raised to it, except 0.",
      durationSeconds("0s", "1h"),
      "0s",
    ),
    maxTtl: setting("TTLs above this are lowered to it.", durationSeconds("1s", "7d"), "1d"),
    maxNegativeTtl: setting(
      "TTLs of negative responses above this are lowered to it.",
      durationSeconds("1s", "3h"),
      "3h",
    ),
  },
  access: {
    allow: setting(
      "Networks whose queries are answered; all others are refused.",
      listOf(text(parseNetwork, "192.168.0.0/16"), "192.168.0.0/16"),
      LOOPBACK_AND_PRIVATE,
    ),
  },
  limits: {
    connections: setting(
      "Stream connections at once, shared out evenly to stream threads; stay well below the limit on open files.",
      count(1, 1_000_000),
      4096,
    ),
    connectionsPerClient: setting(
      "Stream connections at once from one address; each stream thread counts its own.",
      count(1, 1_000_000),
      256,
    ),
    idleTimeout: setting(
      "A connection without queries is closed after this long.",
      durationMs("100ms", "1h"),
      "30s",
    ),
    messageTimeout: setting(
      "A message over a stream must arrive whole within this long.",
      durationMs("100ms", "1m"),
      "5s",
    ),
    waitersPerQuestion: setting(
      "Queries that may wait for one question's response.",
      count(1, 65_535),
      1024,
    ),
    waitersPerClient: setting(
      "Queries of one client that may wait for responses.",
      count(1, 65_535),
      2048,
    ),
    resolveTimeout: setting(
      "A client gets a stale response or SERVFAIL after this long.",
      durationMs("100ms", "2s"),
      "1800ms",
    ),
  },
  log: {
    level: setting(
      "What is logged: error, warn, info or debug, each with those before it.",
      oneOf(["error", "warn", "info", "debug"]),
      "info",
    ),
  },
  experimental: {
    batching: optimisation("Datagrams are taken and sent many at a time, not one by one."),
    socketBuffers: optimisation("UDP sockets get larger buffers than the kernel gives by default."),
    paddedRows: optimisation("Words that different threads write lie a cache line apart."),
    finishedResponses: optimisation(
      "A cached response is copied as it is, not taken apart and written anew for each query.",
    ),
    wordCopies: optimisation("A cached response is copied by words, not by bytes."),
    joinedResponses: optimisation(
      "Responses that are ready together leave a TCP or TLS connection in one write.",
    ),
    dohBesideRouter: optimisation("Queries over HTTPS are answered before the router is asked."),
    cacheSegments: optimisation(
      "Cache entries that were wanted again are kept before those that were not (segmented LRU, not LRU).",
    ),
    negativeCaching: optimisation("NXDOMAIN and NODATA are cached."),
    nameCompression: optimisation("Names in responses are compressed."),
    querySharing: optimisation("Queries for what is being asked already wait for its response."),
    joinedQueries: optimisation("Queries to an upstream that come together leave in one write."),
    pipelining: optimisation(
      "Upstream connections carry many queries at once, not one after the other.",
    ),
    connectionReuse: optimisation(
      "Upstream connections stay open for the next query; without, there is one for each.",
    ),
    sessionResumption: optimisation("TLS sessions with upstreams are resumed."),
  },
} as const;

/** Turned off only to measure what it is worth. */
function optimisation(description: string): v.OptionalSchema<Leaf<boolean, boolean>, boolean> {
  return setting(description, v.boolean(notA("yes or no", "true")), true);
}

/** A key's documentation, kind and default. */
function setting<Input, Output>(
  description: string,
  leaf: Leaf<Input, Output>,
  fallback: NoInfer<Input>,
): v.OptionalSchema<Leaf<Input, Output>, Input> {
  return v.optional(documented(description, leaf), fallback as never);
}

/** A key without a default. */
function unset<Input, Output>(
  description: string,
  leaf: Leaf<Input, Output>,
): v.OptionalSchema<Leaf<Input, Output>, undefined> {
  return v.optional(documented(description, leaf), undefined);
}

function documented<Input, Output>(
  description: string,
  leaf: Leaf<Input, Output>,
): Leaf<Input, Output> {
  return v.pipe(leaf, v.description(description));
}

/** A mapping with these keys and no others; without a value, as when all are commented out, empty. */
function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const mapping = v.custom<Record<string, unknown>>(isMapping, notA("mapping", "key: value"));
  return v.nullish(v.pipe(mapping, v.objectWithRest(entries, v.never())), {});
}

function isMapping(given: unknown): boolean {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

const cacheSection = v.pipe(
  section(ENTRIES.cache),
  v.forward(
    v.check(
      ({ minTtl, maxTtl }) => minTtl <= maxTtl,
      ({ input: { minTtl, maxTtl } }) =>
        `${minTtl}s is longer than cache.maxTtl: write at most ${maxTtl}s`,
    ),
    ["minTtl"],
  ),
);

const schema = v.pipe(
  section({
    listen: section(ENTRIES.listen),
    upstream: section(ENTRIES.upstream),
    udp: section(ENTRIES.udp),
    streams: section(ENTRIES.streams),
    tls: section(ENTRIES.tls),
    proxy: section(ENTRIES.proxy),
    cache: cacheSection,
    access: section(ENTRIES.access),
    limits: section(ENTRIES.limits),
    log: section(ENTRIES.log),
    experimental: section(ENTRIES.experimental),
  }),
  v.transform(({ streams, tls, udp, upstream, proxy, cache, limits, ...same }): Settings => ({
    ...same,
    udp: { engine: udp.engine, threadCount: udp.threads },
    streamThreadCount: streams.threads,
    upstream: { servers: upstream.servers, caPem: upstream.ca },
    certificate: certificateFiles(tls),
    proxy: {
      trusted: proxy.trusted,
      clientAddressHeader: proxy.clientAddressHeader,
      protocol: proxy.protocol,
    },
    cache: {
      capacityBytes: cache.size,
      minTtlSeconds: cache.minTtl,
      maxTtlSeconds: cache.maxTtl,
      maxNegativeTtlSeconds: cache.maxNegativeTtl,
    },
    limits: {
      connections: limits.connections,
      connectionsPerClient: limits.connectionsPerClient,
      idleTimeoutMs: limits.idleTimeout,
      messageTimeoutMs: limits.messageTimeout,
      waitersPerQuestion: limits.waitersPerQuestion,
      waitersPerClient: limits.waitersPerClient,
      resolveTimeoutMs: limits.resolveTimeout,
    },
  })),
);

function certificateFiles({
  certificate,
  key,
}: {
  certificate?: string | undefined;
  key?: string | undefined;
}): Settings["certificate"] {
  if (certificate === undefined || key === undefined) return undefined;
  return { certificateFile: certificate, keyFile: key };
}

/** Takes the shape that the configuration file has; whatever is missing gets its default. */
export const settingsSchema: v.GenericSchema<unknown, Settings> = schema;

/** The keys that may stand at `path`: of the file, or of one of its sections. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(ENTRIES);
  const entries: Readonly<Record<PropertyKey, object>> = ENTRIES;
  return Object.keys(entries[path[0]!] ?? {});
}
