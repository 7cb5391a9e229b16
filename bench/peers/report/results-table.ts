// The tables: figures of each server, and Hermod's ratio to each. What a server cannot do is a dash; what
// it was measured at but doesn't count is a dash with the number of a note.

import type { ServerId } from "../results.ts";
import { markdownTable } from "../../charts/markdown-table.ts";
import type { Summary, SummaryCell, SummaryRow } from "./summary.ts";

const NONE = "—";

export interface Notes {
  /** The text that refers to the note, such as ` [1]`. */
  refer(note: string): string;
  readonly all: readonly string[];
}

/** Numbers notes in the order in which they are referred to; equal ones share a number. */
export function collectNotes(): Notes {
  const all: string[] = [];
  return {
    all,
    refer(note) {
      if (!all.includes(note)) all.push(note);
      return ` [${all.indexOf(note) + 1}]`;
    },
  };
}

/** Figures, Hermod's ratio to the best peer, and the notes below. */
export function resultsTable(summary: Summary, mainOnly = false): string {
  const notes = collectNotes();
  const rows = summary.rows.filter(({ figure }) => figure.isMain || !mainOnly);
  const head = ["", ...summary.servers.map(({ name }) => name), "÷ best peer"];
  const lines = rows.map((row) => [
    `${row.figure.title}, ${row.figure.unit}`,
    ...summary.servers.map((server) => valueText(server.id, row, summary, notes)),
    row.best === undefined ? "" : row.best.ratio.toFixed(2),
  ]);
  return [markdownTable(head, lines), ...notesText(notes)].join("\n\n");
}

/** Hermod's figure over that of each server. */
export function ratiosTable({ rows, servers }: Summary): string {
  const others = servers.filter(({ id }) => id !== "hermod");
  const lines = rows
    .filter(({ figure }) => figure.hasRatio)
    .map(({ cells, drift, figure }) => [
      figure.title,
      ...others.map(({ id }) => cells.get(id)?.ratio?.toFixed(2) ?? NONE),
      drift?.toFixed(2) ?? NONE,
    ]);
  return markdownTable(["", ...others.map(({ name }) => name), "drift"], lines);
}

export function notesText(notes: Notes): string[] {
  if (notes.all.length === 0) return [];
  return [notes.all.map((note, i) => `[${i + 1}] ${note}.`).join("\\\n")];
}

function valueText(id: ServerId, row: SummaryRow, summary: Summary, notes: Notes): string {
  const cell: SummaryCell = row.cells.get(id) ?? {};
  const server = summary.servers.find((entry) => entry.id === id)!;
  const reference = (): string =>
    cell.note === undefined ? "" : notes.refer(`${server.name}: ${oneLine(cell.note)}`);
  if (cell.value !== undefined) return cell.value.toFixed(row.figure.digits) + reference();
  // What it can't do by its nature needs no note.
  return server.cannot[row.figure.workload] === undefined ? NONE + reference() : NONE;
}

/** What a server printed may be anything. */
function oneLine(text: string): string {
  return text.replace(/[\s|<>[\]`\\*_]+/g, " ").trim();
}
