// What is published of a run: medians, ratios between neighbours, notes; the table, the page, the charts.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  newestResults,
  peerDocuments,
  withTable,
} from "../../../../bench/peers/report/documents.ts";
import { peerCharts } from "../../../../bench/peers/report/peer-charts.ts";
import { resultsTable } from "../../../../bench/peers/report/results-table.ts";
import { summarize, type SummaryRow } from "../../../../bench/peers/report/summary.ts";
import type {
  Figures,
  PeerResults,
  Sample,
  ServerId,
  Workload,
} from "../../../../bench/peers/results.ts";

const README = "# X\n\n<!-- bench: begin -->\n\nold\n\n<!-- bench: end -->\n\nrest\n";

function sample(
  server: ServerId,
  turn: number,
  figures: Figures,
  rest: Partial<Sample> = {},
): Sample {
  const place = { workload: "udp" as Workload, round: 0, serverCommand: "", loadCommands: [] };
  return { ...place, server, turn, figures, ...rest };
}

const udp = (server: ServerId, turn: number, cost: number, rest: Partial<Sample> = {}): Sample =>
  sample(server, turn, { cpuUsPerQuery: cost }, rest);

const CURVE = [10, 100, 200].map((percent) => ({
  ...{ percent, wantedRate: 1000 * percent, offeredRate: 1000 * percent, goodput: 900 * percent },
  ...{ p99Ms: percent / 100, lost: 0, wrong: 0 },
}));

function results(samples: readonly Sample[], change: Partial<PeerResults> = {}): PeerResults {
  const workloads: Workload[] = ["udp", "start", "cache-memory", "degradation"];
  return {
    schema: 1,
    startedAt: "2026-01-02T03:04:05.000Z",
    durationSeconds: 60,
    machine: {
      ...{ kernel: "Linux 1", system: "Debian", cpu: "A <B> & C", architecture: "x64", cores: 2 },
      ...{ memoryBytes: 2 ** 32, runtime: "Bun 1", loadBefore: 0.25 },
    },
    settings: {
      ...{ workloads, rounds: 1, seconds: 3, serverCore: 0, loadCore: 1, entries: 1_000_000 },
    },
    servers: [
      { id: "hermod", name: "Hermod", version: "1", cannot: {} },
      { id: "unbound", name: "Unbound", version: "2", cannot: {} },
      { id: "bind9", name: "BIND", version: "3", cannot: {} },
      { id: "dnsdist", name: "dnsdist", absent: "dnsdist is not installed", cannot: {} },
      { id: "floor", name: "C floor", version: "4", cannot: { start: "only sends back" } },
    ],
    programs: { dnsperf: "2.10.0" },
    samples,
    ...change,
  };
}

const SAMPLES: readonly Sample[] = [
  udp("hermod", 0, 4),
  udp("unbound", 1, 8),
  udp("bind9", 2, 10, { error: "only 99.80 % of the responses were <right>" }),
  udp("floor", 3, 2),
  udp("hermod", 4, 6),
  sample("hermod", 0, { firstAnswerMs: 100, idleBytes: 2 ** 26 }, { workload: "start" }),
  sample("hermod-binary", 1, { firstAnswerMs: 40, idleBytes: 2 ** 25 }, { workload: "start" }),
  sample("unbound", 2, { firstAnswerMs: 80, idleBytes: 2 ** 24 }, { workload: "start" }),
  sample("hermod", 0, { bytesPerEntry: 500, heldBytesPerEntry: 96 }, { workload: "cache-memory" }),
  sample("hermod", 0, {}, { workload: "degradation", curve: CURVE }),
  sample("unbound", 1, {}, { workload: "degradation", curve: CURVE }),
];

function row(id: string, given: PeerResults = results(SAMPLES)): SummaryRow {
  return summarize(given).rows.find(({ figure }) => figure.id === id)!;
}

describe("a summary", () => {
  test("has the median, and ratios to the Hermod that ran next to the peer", () => {
    const { best, cells, drift } = row("udp");
    assert.equal(cells.get("hermod")?.value, 5);
    assert.deepEqual(cells.get("unbound"), { value: 8, ratio: 0.5 });
    assert.deepEqual(cells.get("floor"), { value: 2, ratio: 3 });
    assert.equal(drift, 1.5);
    assert.deepEqual(best, { server: "unbound", ratio: 0.5 }, "the floor is no peer");
  });

  test("takes ratios within a round, and the median of them", () => {
    const rounds = [1, 2, 3].flatMap((own, round) => [
      udp("hermod", 0, own, { round }),
      udp("unbound", 1, 2 * own * (round + 1), { round }),
    ]);
    const { cells, drift } = row("udp", results(rounds));
    assert.equal(cells.get("hermod")?.value, 2);
    assert.equal(drift, undefined, "rounds are not compared with each other");
    assert.deepEqual(cells.get("unbound"), { value: 8, ratio: 0.25 });
  });

  test("the best peer is the one that Hermod looks worst beside", () => {
    const given = [udp("hermod", 0, 4), udp("unbound", 1, 8), udp("bind9", 2, 5)];
    assert.deepEqual(row("udp", results(given)).best, { server: "bind9", ratio: 0.8 });
  });

  test("what a server cannot do has the reason, and the floor no bar", () => {
    assert.deepEqual(row("start").cells.get("floor"), { note: "only sends back" });
    const charts = peerCharts(summarize(results(SAMPLES)));
    const [start, udp] = ["start.svg", "udp.svg"].map((name) => {
      return charts.find(({ fileName }) => fileName === name)!.svg;
    });
    assert.doesNotMatch(start!, /C floor/);
    assert.match(udp!, /C floor/);
  });

  test("a peer that answered wrongly has no figure, but the reason", () => {
    assert.deepEqual(row("udp").cells.get("bind9"), {
      note: "only 99.80 % of the responses were <right>",
    });
  });

  test("a peer that failed in one round has the other's figure, and a note", () => {
    const failed = udp("bind9", 2, 99, { round: 1, error: "lost" });
    const given = results([udp("hermod", 0, 4), udp("bind9", 1, 8), failed]);
    assert.deepEqual(row("udp", given).cells.get("bind9"), {
      ...{ value: 8, ratio: 0.5, note: "1 of 2 measurements failed" },
    });
  });

  test("a peer that is not there is named", () => {
    assert.deepEqual(row("udp").cells.get("dnsdist"), { note: "dnsdist is not installed" });
    assert.match(resultsTable(summarize(results(SAMPLES))), /dnsdist: dnsdist is not installed/);
  });

  test("has the binary in rows of its own", () => {
    assert.equal(row("start").cells.get("hermod")?.value, 100);
    assert.equal(row("start").cells.get("unbound")?.ratio, 1.25);
    assert.equal(row("start-binary").cells.get("hermod")?.value, 40);
    assert.equal(row("start-binary").cells.get("unbound")?.ratio, 0.5);
  });
});

/** Throws unless every element is closed by its own name. */
function assertWellFormed(svg: string, what: string): void {
  const open: string[] = [];
  const bare = svg.replace(/<style>.*?<\/style>/gs, "");
  for (const [, slash, name, rest] of bare.matchAll(/<(\/?)([a-z]+)((?:[^<>"]|"[^"<]*")*)>/g)) {
    if (slash === "/") assert.equal(open.pop(), name, what);
    else if (!rest!.endsWith("/")) open.push(name!);
  }
  assert.deepEqual(open, [], what);
  const text = bare.replace(/<\/?[a-z]+(?:[^<>"]|"[^"<]*")*>/g, "");
  assert.doesNotMatch(text, /[<>]/, what);
  assert.doesNotMatch(bare, /&(?!amp;|lt;|gt;|quot;)/, what);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/, what);
}

describe("what is published", () => {
  const stored = { fileName: "2026-01-02-peers.json", results: results(SAMPLES) };
  const documents = peerDocuments(stored, README);

  test("what the publisher remarks stands after how long it took", () => {
    const given = results(SAMPLES, { remarks: ["One thing.", "Another."] });
    const page = peerDocuments({ ...stored, results: given }, README).get("benchmarks.md")!;
    assert.match(page, / 1 minutes\. One thing\. Another\.\n/);
    assert.match(documents.get("benchmarks.md")!, / 1 minutes\.\n/);
  });

  test("README's table replaces the former, and nothing else", () => {
    const page = documents.get("../README.md")!;
    assert.ok(page.startsWith("# X\n\n<!-- bench: begin -->\n\n|"), page);
    assert.ok(page.endsWith("\n\n<!-- bench: end -->\n\nrest\n"), page);
    assert.ok(!page.includes("old"));
    assert.match(page, /\| UDP, cached, µs of CPU a query +\| +5\.0 \| +8\.0 \| +— \[1\] \| /);
    assert.match(page, /\[1\] BIND: only 99\.80 % of the responses were right\.\\\n/);
    assert.throws(() => withTable("# X\n", ""), /lacks/);
  });

  test("the page says what was measured, what loses, what is missing", () => {
    const page = documents.get("benchmarks.md")!;
    for (const text of [
      "(../bench/results/2026-01-02-peers.json)",
      "- dnsdist left out: dnsdist is not installed",
      "- Unbound 2",
      "## Where Hermod is not first\n\n- From exec to the first answer: 1.25 × Unbound",
      "- Hermod: 96 bytes",
      "## Under too much load",
    ]) {
      assert.ok(page.includes(text), `${text}\n---\n${page}`);
    }
    assert.doesNotMatch(page, /NaN|undefined/);
  });

  test("the page shows every chart that is written, and no other", () => {
    const shown = documents.get("benchmarks.md")!.matchAll(/\]\((charts\/[^)]+)\)/g);
    const written = [...documents.keys()].filter((path) => path.startsWith("charts/"));
    assert.deepEqual(Array.from(shown, ([, path]) => path).sort(), written.sort());
    assert.ok(written.includes("charts/udp.svg") && written.includes("charts/degradation-p99.svg"));
  });

  test("charts are well-formed, for light and for dark ground", () => {
    for (const [path, svg] of documents) {
      if (!path.endsWith(".svg")) continue;
      assertWellFormed(svg, path);
      assert.match(svg, /\.ground\{fill:#ffffff\}.*prefers-color-scheme:dark.*#0d1117/s, path);
    }
    assert.throws(() => assertWellFormed("<svg><g></svg>", "control"));
    assert.throws(() => assertWellFormed("<svg><text>a < b</text></svg>", "control"));
  });

  test("bars are as long as their figures, and a reason stands for a missing one", () => {
    const svg = documents.get("charts/udp.svg")!;
    const widths = Array.from(svg.matchAll(/<rect x[^>]*width="([\d.]+)"[^>]*class="(\w+)"/g));
    assert.deepEqual(
      widths.map(([, , kind]) => kind),
      ["own", "peer", "floor"],
    );
    const [own, peer, least] = widths.map(([, width]) => Number(width)) as [number, number, number];
    assert.ok(Math.abs(own / peer - 5 / 8) < 0.01 && Math.abs(least / peer - 1 / 4) < 0.01);
    assert.match(svg, /were &lt;right&gt;/);
  });

  test("without results there is a page that says so", () => {
    const folder = mkdtempSync(join(tmpdir(), "hermod-results-"));
    assert.equal(newestResults(folder), undefined);
    for (const name of ["2026-01-02-peers.json", "2026-01-03-peers.json", "2026-01-04-udp.json"]) {
      writeFileSync(join(folder, name), JSON.stringify(results([])));
    }
    assert.equal(newestResults(folder)?.fileName, "2026-01-03-peers.json");
    rmSync(folder, { recursive: true });
  });

  test("a run that measured nothing is published without a figure", () => {
    const empty = peerDocuments({ ...stored, results: results([]) }, README);
    assert.match(empty.get("../README.md")!, /Hermod: was not measured/);
  });
});
