// The charts of a run: bars for each published figure that has a ratio, lines for the degradation curve.

import type { CurvePoint, Sample, ServerId } from "../results.ts";
import { type Bar, barChart } from "../../charts/bar-chart.ts";
import { type ChartLine, lineChart } from "../../charts/line-chart.ts";
import type { Summary, SummaryRow } from "./summary.ts";

export interface Chart {
  /** Without folder. */
  readonly fileName: string;
  readonly title: string;
  readonly svg: string;
}

/** Below this a logarithm makes no sense; no measurement is that fine. */
const LEAST_MS = 0.001;

export function peerCharts(summary: Summary): Chart[] {
  const bars = summary.rows
    .filter(({ figure }) => figure.hasRatio && figure.isMain)
    .map((row) => barsOf(row, summary));
  return [...bars, ...curveCharts(summary)];
}

function barsOf({ cells, figure }: SummaryRow, { servers }: Summary): Chart {
  const { digits, id, title, unit, workload } = figure;
  const bars = servers
    .filter((server) => server.id !== "floor" || server.cannot[workload] === undefined)
    .map((server): Bar => {
      const { note, value } = cells.get(server.id) ?? {};
      const explained = note === undefined ? {} : { note };
      const kind = kindOf(server.id);
      return { label: server.name, kind, ...explained, ...(value !== undefined && { value }) };
    });
  return { fileName: `${id}.svg`, title, svg: barChart({ title, unit, digits, bars }) };
}

function kindOf(id: ServerId): Bar["kind"] {
  if (id === "floor") return "floor";
  return id === "hermod" ? "own" : "peer";
}

/** The samples that have a curve that counts, one a server, in the servers' order. */
export function curveSamples({ results, servers }: Summary): Sample[] {
  return servers
    .map(({ id }) =>
      results.samples.find(({ curve, error, server }) => {
        return server === id && curve !== undefined && error === undefined;
      }),
    )
    .filter((sample) => sample !== undefined);
}

function curveCharts(summary: Summary): Chart[] {
  const samples = curveSamples(summary);
  if (samples.length === 0) return [];
  return [
    curveChart("goodput", "what is answered", samples, summary, {
      unit: "right responses, thousand a second",
      isLogarithmic: false,
      pick: ({ goodput }) => goodput / 1000,
    }),
    curveChart("p99", "the slowest of a hundred", samples, summary, {
      unit: "99th percentile of the latency, ms",
      isLogarithmic: true,
      pick: ({ p99Ms }) => Math.max(LEAST_MS, p99Ms),
    }),
  ];
}

interface CurveLook {
  readonly unit: string;
  readonly isLogarithmic: boolean;
  readonly pick: (point: CurvePoint) => number;
}

function curveChart(
  id: string,
  what: string,
  samples: readonly Sample[],
  { servers }: Summary,
  { isLogarithmic, pick, unit }: CurveLook,
): Chart {
  const title = `UDP under rising load: ${what}`;
  const lines = samples.map(({ curve, server }): ChartLine => ({
    name: servers.find((entry) => entry.id === server)!.name,
    values: curve!.map(pick),
    isMain: server === "hermod",
  }));
  const categories = samples[0]!.curve!.map(({ percent }) => `${percent} %`);
  const axis = "wanted, share of what the server answers at most";
  const svg = lineChart({ title, unit, axis, categories, isLogarithmic, lines });
  return { fileName: `degradation-${id}.svg`, title, svg };
}
