// What a run's samples come to: for each published figure and server the median over the rounds, and how
// Hermod stands to the server. A ratio is only ever taken with the Hermod of the same round that ran nearest
// in time; then the median of these is taken.

import { median } from "../../baseline/ratios.ts";
import type { PeerResults, Sample, ServerEntry, ServerId } from "../results.ts";
import { PUBLISHED_FIGURES, type PublishedFigure } from "./published-figures.ts";

export interface Summary {
  readonly results: PeerResults;
  /** In the order of the columns. */
  readonly servers: readonly ServerEntry[];
  /** Those that were measured at all. */
  readonly rows: readonly SummaryRow[];
}

export interface SummaryRow {
  readonly figure: PublishedFigure;
  readonly cells: ReadonlyMap<ServerId, SummaryCell>;
  /** Largest over smallest of Hermod's own measurements within a round: how far the machine drifted. */
  readonly drift: number | undefined;
  /** The peer that Hermod looks worst beside; the floor is no peer. */
  readonly best: { readonly server: ServerId; readonly ratio: number } | undefined;
}

export interface SummaryCell {
  readonly value?: number;
  /** Hermod's figure over this server's: below 1 Hermod takes less. */
  readonly ratio?: number;
  /** Why there is no value, or why it doesn't count. */
  readonly note?: string;
}

export function summarize(results: PeerResults): Summary {
  const figures = PUBLISHED_FIGURES.filter(({ workload }) =>
    results.settings.workloads.includes(workload),
  );
  const rows = figures.map((figure) => summarizeFigure(figure, results));
  return { results, servers: results.servers, rows };
}

function summarizeFigure(figure: PublishedFigure, results: PeerResults): SummaryRow {
  const samples = results.samples.filter(({ workload }) => workload === figure.workload);
  const cells = new Map(
    results.servers.map((server) => [server.id, cellOf(server, figure, samples)] as const),
  );
  return { figure, cells, drift: driftOf(figure, samples), best: bestOf(cells) };
}

function cellOf(
  { absent, cannot, id }: ServerEntry,
  figure: PublishedFigure,
  samples: readonly Sample[],
): SummaryCell {
  const reason = absent ?? cannot[figure.workload];
  if (reason !== undefined) return { note: reason };
  const own = samples.filter(({ server }) => server === (id === "hermod" ? figure.own : id));
  const counting = own.filter(({ error }) => error === undefined);
  const values = counting.map((sample) => figure.pick(sample.figures)).filter(isNumber);
  if (values.length === 0) return { note: own[0]?.error ?? "was not measured" };
  const value = median(values);
  const failed = own.length - counting.length;
  const note = failed === 0 ? {} : { note: `${failed} of ${own.length} measurements failed` };
  if (id === "hermod" || !figure.hasRatio) return { value, ...note };
  const ratios = counting.map((sample) => ratioOf(sample, figure, samples)).filter(isNumber);
  return { value, ...note, ...(ratios.length > 0 && { ratio: median(ratios) }) };
}

/** Against the Hermod of the same round that ran nearest in time. */
function ratioOf(
  sample: Sample,
  figure: PublishedFigure,
  samples: readonly Sample[],
): number | undefined {
  const [nearest] = samples
    .filter(({ error, round, server }) => {
      return server === figure.own && round === sample.round && error === undefined;
    })
    .sort((a, b) => Math.abs(a.turn - sample.turn) - Math.abs(b.turn - sample.turn));
  const own = nearest && figure.pick(nearest.figures);
  const other = figure.pick(sample.figures);
  return own === undefined || other === undefined || other <= 0 ? undefined : own / other;
}

function driftOf(figure: PublishedFigure, samples: readonly Sample[]): number | undefined {
  const own = samples.filter(({ error, server }) => server === figure.own && error === undefined);
  const rounds = [...new Set(own.map(({ round }) => round))];
  const spreads = rounds.map((round) => {
    const values = own
      .filter((sample) => sample.round === round)
      .map((sample) => figure.pick(sample.figures))
      .filter(isNumber);
    return values.length < 2 ? undefined : Math.max(...values) / Math.min(...values);
  });
  const known = spreads.filter(isNumber);
  return known.length === 0 ? undefined : median(known);
}

function bestOf(cells: ReadonlyMap<ServerId, SummaryCell>): SummaryRow["best"] {
  const [best] = Array.from(cells, ([server, { ratio }]) => ({ server, ratio }))
    .filter(({ ratio, server }) => ratio !== undefined && server !== "floor")
    .sort((a, b) => b.ratio! - a.ratio!);
  return best as SummaryRow["best"];
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
