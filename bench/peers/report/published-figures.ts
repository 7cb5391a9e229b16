// Which figures are published, each a row of the tables: what it is called, where it comes from, how it
// is written.

import type { Figures, ServerId, Workload } from "../results.ts";

export interface PublishedFigure {
  /** Also the name of its chart's file. */
  readonly id: string;
  readonly workload: Workload;
  readonly title: string;
  readonly unit: string;
  /** Behind the point. */
  readonly digits: number;
  readonly pick: (figures: Figures) => number | undefined;
  /** False where a ratio says nothing: a share that may be 0, or a ratio itself. */
  readonly hasRatio: boolean;
  /** Stands in README's table. */
  readonly isMain: boolean;
  /** What stands in Hermod's column. */
  readonly own: ServerId;
}

const MIB = 2 ** 20;
const KIB = 2 ** 10;

function scaled(value: number | undefined, divisor: number): number | undefined {
  return value === undefined ? undefined : value / divisor;
}

function cpu(workload: Workload, title: string, isMain = true): PublishedFigure {
  return figure(workload, workload, title, {
    ...{ unit: "µs of CPU a query", digits: 1, isMain },
    pick: ({ cpuUsPerQuery }) => cpuUsPerQuery,
  });
}

type Shape = Pick<PublishedFigure, "unit" | "digits" | "pick"> & Partial<PublishedFigure>;

function figure(id: string, workload: Workload, title: string, shape: Shape): PublishedFigure {
  return { id, workload, title, hasRatio: true, isMain: true, own: "hermod", ...shape };
}

/** Hermod is started in two ways, which have rows of their own. */
function started(way: string, own: ServerId): PublishedFigure[] {
  const suffix = own === "hermod" ? "" : "-binary";
  return [
    figure(`start${suffix}`, "start", `From exec to the first answer${way}`, {
      ...{ unit: "ms", digits: 0, own },
      pick: ({ firstAnswerMs }) => firstAnswerMs,
    }),
    figure(`start-one-core${suffix}`, "start", `From exec to the first answer, on one core${way}`, {
      ...{ unit: "ms", digits: 0, own, isMain: false },
      pick: ({ oneCoreMs }) => oneCoreMs,
    }),
    figure(`idle-memory${suffix}`, "start", `Memory when idle${way}`, {
      ...{ unit: "MiB", digits: 1, own },
      pick: ({ idleBytes }) => scaled(idleBytes, MIB),
    }),
  ];
}

export const PUBLISHED_FIGURES: readonly PublishedFigure[] = [
  cpu("udp", "UDP, cached"),
  cpu("tcp", "TCP, cached"),
  cpu("dot", "DNS over TLS, cached"),
  cpu("doh", "DNS over HTTPS (HTTP/2), POST, cached"),
  cpu("doh-get", "DNS over HTTPS (HTTP/2), GET, cached"),
  cpu("misses", "Forwarded over TLS"),
  figure("latency-p99", "latency", "UDP at 50,000 queries/s, p99", {
    ...{ unit: "ms", digits: 2 },
    pick: ({ p99Ms }) => p99Ms,
  }),
  figure("latency-p999", "latency", "UDP at 50,000 queries/s, p99.9", {
    ...{ unit: "ms", digits: 2 },
    pick: ({ p999Ms }) => p999Ms,
  }),
  figure("latency-loss", "latency", "UDP at 50,000 queries/s, lost", {
    ...{ unit: "%", digits: 3, hasRatio: false },
    pick: ({ lost, sent }) => (lost === undefined ? undefined : (100 * lost) / (sent ?? 0)),
  }),
  figure("cache-entry", "cache-memory", "Memory for a cached response, at 100,000", {
    ...{ unit: "bytes", digits: 0 },
    pick: ({ bytesPerEntry }) => bytesPerEntry,
  }),
  figure("cache-entry-rested", "cache-memory", "Memory for a cached response, 10 s later", {
    ...{ unit: "bytes", digits: 0 },
    pick: ({ restedBytesPerEntry }) => restedBytesPerEntry,
  }),
  figure("cache-cost", "cache-cost", "Cached response, at most entries against 10,000", {
    ...{ unit: "× the CPU", digits: 2, hasRatio: false, isMain: false },
    pick: ({ costRatio }) => costRatio,
  }),
  figure("idle-dot", "idle-dot", "Idle DNS-over-TLS connection", {
    ...{ unit: "KiB", digits: 1 },
    pick: ({ bytesPerConnection }) => scaled(bytesPerConnection, KIB),
  }),
  ...started("", "hermod"),
  ...started(", Hermod as the binary", "hermod-binary"),
  cpu("check-udp", "UDP, cached, by `hermod bench`", false),
  figure("check-latency", "check-latency", "UDP at 50,000 queries/s, p99, by dnsperf", {
    ...{ unit: "ms", digits: 2, isMain: false },
    pick: ({ p99Ms }) => p99Ms,
  }),
];
