// docs/benchmarks.md: what was measured, how, on what, and all that came of it, what loses included.

import { OFFERED_RATE } from "../workloads/latency.ts";
import { type Chart, curveSamples } from "./peer-charts.ts";
import { markdownTable } from "../../charts/markdown-table.ts";
import { ratiosTable, resultsTable } from "./results-table.ts";
import type { Summary } from "./summary.ts";

export const CHARTS_FOLDER = "charts";

const AGAIN = `## Measure again

\`\`\`
bun run bench:peers                        # as root, on a quiet machine; about a quarter of an hour
bun run bench:peers --only udp,misses --peers unbound,dnsdist --rounds 3 --seconds 10
bun run docs                               # this page, its charts and README's table
\`\`\`

As root it installs what is missing from Debian; no service is started or left enabled. PowerDNS Recursor
forwards over TLS to port 853 alone, which needs root as well.`;

/** While there is nothing to publish. */
export const EMPTY_PAGE: string = `# Benchmarks

Written by \`bun run docs\`. No figures are published yet: this page, its charts and README's table come
of the newest \`bench/results/DATE-peers.json\`.

${AGAIN}
`;

export function benchmarksPage(summary: Summary, charts: readonly Chart[], source: string): string {
  return [
    head(source),
    methodText(summary),
    machineText(summary),
    `## Figures\n\n${resultsTable(summary)}`,
    ratiosText(summary),
    lossesText(summary),
    cannotText(summary),
    heldText(summary),
    curveText(summary),
    `## Charts\n\n${charts.map(chartText).join("\n\n")}`,
    AGAIN,
  ]
    .filter((section) => section !== "")
    .join("\n\n")
    .concat("\n");
}

function head(source: string): string {
  return `# Benchmarks

Written by \`bun run docs\` from [${source}](../bench/results/${source}), which has the raw
figures and every command line. Hermod beside the resolvers that Debian has, all on one machine, one
after the other.`;
}

function methodText({ results }: Summary): string {
  const { entries, loadCore, rounds, seconds, serverCore } = results.settings;
  const together = serverCore === loadCore ? " (the machine has no second one)" : "";
  return `## How it is measured

- Each server runs alone on core ${serverCore}, the load generator and the upstream on core ${loadCore}${together}. All have the
  same task: one thread, plain forwarding, no validation, a cache that holds everything.
- The upstream is an Unbound that knows one zone, where every name has the same address. Servers forward
  to it over TLS when misses are measured, else over UDP.
- CPU is user and system time of all the server's processes, over the queries that were answered rightly.
- Load: dnsperf with 8 connections and 500 queries on their way, h2load with 8 connections of 20 streams;
  1 s to warm up, then ${seconds} s. Hits: 1,000 names. Misses: 400,000 names, each asked once.
- Latency: ${thousands(OFFERED_RATE)} queries a second over UDP by \`hermod bench\`, which sends when it should, whatever
  the server does, and counts from then. dnsperf, which waits for responses, is the cross-check; for hits
  over UDP it is the other way round.
- Memory for a cached response: resident memory with 100,000 cached, 5 s after the last came, less that
  when idle, over 100,000; in a process of its own with a cache for about so many (Hermod's: 64 MiB).
  What forwarding left behind fades: hence the row 10 s later.
- The larger cache has ${thousands(entries)} entries, asked in another order than they came in, in turns with
  10,000 of them, at Hermod and Unbound alone: it takes long to fill.
- From exec to the first answer: the median of five starts on all cores; on the server's one core it is
  given as well. Servers forward that first query to the upstream. Hermod from its sources is translated
  at each start, the binary of \`bun run build\` is not. Idle memory is taken 2 s after the start, with a
  cache for 110,000 responses.
- An idle connection: memory with 2,000 that have asked once, less that with 100, over 1,900.
- A response counts only with NOERROR and of a length that has the address; \`hermod bench\` looks into
  each. Below 99.9 % right responses, or above 1 % lost, figures don't count.
- Each figure was measured ${rounds === 1 ? "once" : `${rounds} times, the long ones once; the table has the median`}. The machine drifts, so Hermod was measured again after every
  second peer, and a ratio is taken with the Hermod that ran next to the peer. The column "drift" is
  Hermod's largest figure over its smallest. It has none where Hermod was measured only once, before the
  peers: memory and CPU of the cache, idle connections, the degradation curve, the cross-checks.`;
}

function machineText({ results, servers }: Summary): string {
  const { machine, programs } = results;
  const memory = (machine.memoryBytes / 2 ** 30).toFixed(0);
  const versions = servers.map(({ absent, name, version }) => {
    return `${name} ${version ?? `left out: ${absent}`}`;
  });
  const remarks = (results.remarks ?? []).map((sentence) => ` ${sentence}`).join("");
  const tools = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  return `## The machine

${machine.cpu}, ${machine.cores} cores, ${memory} GiB; ${machine.kernel}, ${machine.system}, ${machine.architecture}; ${machine.runtime}. Load average
before the run ${machine.loadBefore.toFixed(2)}. ${results.startedAt.slice(0, 16).replace("T", " ")} UTC, ${Math.round(results.durationSeconds / 60)} minutes.${remarks}

${versions.map((text) => `- ${text}`).join("\n")}
- Tools: ${tools.join(", ")}`;
}

function ratiosText(summary: Summary): string {
  return `## Ratios

Hermod's figure over each server's: below 1 Hermod takes less.

${ratiosTable(summary)}`;
}

function lossesText({ rows, servers }: Summary): string {
  const losses = rows.filter(({ best }) => best !== undefined && best.ratio > 1);
  if (losses.length === 0) return "";
  const lines = losses.map(({ best, figure }) => {
    const { name } = servers.find(({ id }) => id === best!.server)!;
    return `- ${figure.title}: ${best!.ratio.toFixed(2)} × ${name}`;
  });
  return `## Where Hermod is not first\n\n${lines.join("\n")}`;
}

/** Reasons that hold whatever is measured, one line a server. */
function cannotText({ rows, servers }: Summary): string {
  const lines = servers
    .filter(({ id }) => id !== "floor")
    .flatMap(({ cannot, name }) => {
      const titles = new Map<string, string[]>();
      for (const { figure } of rows) {
        const reason = cannot[figure.workload];
        if (reason !== undefined) titles.set(reason, [...(titles.get(reason) ?? []), figure.title]);
      }
      return Array.from(titles, ([reason, rows]) => `- ${name} ${reason}: ${rows.join("; ")}`);
    });
  return lines.length === 0 ? "" : `## What was not measured\n\n${lines.join("\n")}`;
}

function heldText({ results, servers }: Summary): string {
  const lines = results.samples.flatMap(({ error, figures, server }) => {
    const { heldBytesPerEntry } = figures;
    if (heldBytesPerEntry === undefined || error !== undefined) return [];
    const { name } = servers.find(({ id }) => id === server)!;
    return [`- ${name}: ${heldBytesPerEntry.toFixed(0)} bytes`];
  });
  if (lines.length === 0) return "";
  return `## What the cache holds by its own count\n\nFor a response, its place in the index not counted.\n\n${lines.join("\n")}`;
}

function curveText(summary: Summary): string {
  const samples = curveSamples(summary);
  if (samples.length === 0) return "";
  const rows = samples.flatMap(({ curve, server }) => {
    const { name } = summary.servers.find(({ id }) => id === server)!;
    return curve!.map((point) => [
      name,
      `${point.percent} %`,
      thousands(point.wantedRate),
      thousands(point.offeredRate),
      thousands(point.goodput),
      point.p99Ms.toFixed(2),
      thousands(point.lost),
      thousands(point.wrong),
    ]);
  });
  const columns = ["of saturation", "wanted", "offered", "answered", "p99, ms", "lost", "wrong"];
  return `## Under too much load

Cached responses over UDP, offered from a tenth to twice of what the server answered at most, in an open
loop. Where less is offered than wanted, the generator was at its own limit.

${markdownTable(["", ...columns], rows)}`;
}

function chartText({ fileName, title }: Chart): string {
  return `![${title}](${CHARTS_FOLDER}/${fileName})`;
}

/** 1234567 → 1,234,567. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
