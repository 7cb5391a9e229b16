// The report as people read it.

import type { BenchReport, BenchStep, Times } from "./bench-report.ts";
import { comparisonLines } from "./compare-reports.ts";
import { histogramLines } from "./histogram-text.ts";
import type { ErrorKind } from "./tally.ts";

/** Of one core; beyond that the generator may be what limits a closed run. */
const BUSY_SHARE = 0.9;
/** From here on three digits can't tell a number from 1000. */
const ROUNDS_TO_1000 = 999.5;

const ERROR_TEXTS: Readonly<Record<ErrorKind, string>> = {
  id: "with an ID that nobody waits for (wrong, twice, or too late)",
  question: "with another question",
  rcode: "with an rcode that is not expected",
  malformed: "malformed",
  truncated: "truncated (TC)",
  http: "with another HTTP status or type",
};

/** `columns` is the terminal's width. */
export function reportText(report: BenchReport, columns: number): string {
  const lines = [
    ...headLines(report),
    "",
    ...countLines(report),
    "",
    ...latencyLines(report),
    "",
    ...histogramLines(report.histogram, columns),
    ...stepLines(report),
    ...generatorLines(report),
  ];
  if (report.comparison !== undefined) lines.push("", ...comparisonLines(report.comparison));
  return lines.join("\n");
}

function headLines(report: BenchReport): string[] {
  const { connections, durationMs, engine, inFlight, rate, server, stoppedBy, warmUp } = report;
  const offered =
    rate.intended === null
      ? `as fast as it answers, ${inFlight} in flight`
      : `${formatCount(rate.intended)} queries/s`;
  const lines = [
    `${server} (${engine}, ${connections} ${engine === "batched" || engine === "portable" ? "sockets" : "connections"})`,
    `${offered} for ${(durationMs / 1000).toFixed(1)} s${stoppedBy === null ? "" : `, stopped by ${stoppedBy}`}`,
  ];
  if (warmUp !== null && warmUp.answered < warmUp.sent) {
    const missing = warmUp.sent - warmUp.answered;
    lines.push(`warm-up: ${formatCount(missing)} of ${formatCount(warmUp.sent)} names failed`);
  }
  return lines;
}

function countLines({ errors, queries, rate, rcodes }: BenchReport): string[] {
  const lines = [
    `sent      ${padded(queries.sent)}  ${formatCount(rate.achieved)}/s`,
    `answered  ${padded(queries.answered)}  ${formatCount(rate.goodput)}/s goodput`,
    `lost      ${padded(queries.lost)}  ${percent(queries.lost, queries.sent)}`,
    `wrong     ${padded(queries.failed)}  ${percent(queries.failed, queries.sent)}`,
  ];
  if ((queries.unsent ?? 0) > 0) {
    lines.push(
      `unsent    ${padded(queries.unsent!)}  ${percent(queries.unsent!, queries.intended!)} of what was intended`,
    );
  }
  if (queries.abandoned > 0) lines.push(`in flight ${padded(queries.abandoned)}  when it stopped`);
  for (const [kind, count] of Object.entries(errors) as [ErrorKind, number][]) {
    if (count > 0) lines.push(`  ${formatCount(count)} responses ${ERROR_TEXTS[kind]}`);
  }
  const found = Object.entries(rcodes).map(([name, count]) => `${name} ${formatCount(count)}`);
  lines.push(`rcodes    ${found.join(", ") || "none"}`);
  return lines;
}

function latencyLines({ classes, latencyMs }: BenchReport): string[] {
  const head = `${"latency".padEnd(10)}${["p50", "p90", "p99", "p99.9", "max"].map((name) => name.padStart(11)).join("")}`;
  const lines = [head, timesLine("all", latencyMs)];
  const byClass = Object.entries(classes);
  if (byClass.length > 1) {
    for (const [name, row] of byClass) lines.push(timesLine(name, row.latencyMs));
  }
  return lines;
}

function timesLine(name: string, { p50, p90, p99, p999, max }: Times): string {
  const cells = [p50, p90, p99, p999, max].map((ms) => formatMs(ms).padStart(11));
  return `${name.padEnd(10)}${cells.join("")}`;
}

function stepLines({ steps }: BenchReport): string[] {
  if (steps.length < 2) return [];
  const head = ["offered/s", "sent", "goodput/s", "lost", "wrong", "p50", "p99"];
  return ["", head.map((cell) => cell.padStart(11)).join(""), ...steps.map(stepLine)];
}

function stepLine({ failed, goodput, intendedRate, latencyMs, lost, sent }: BenchStep): string {
  const cells = [
    ...[intendedRate ?? 0, sent, goodput, lost, failed].map(formatCount),
    ...[latencyMs.p50, latencyMs.p99].map(formatMs),
  ];
  return cells.map((cell) => cell.padStart(11)).join("");
}

function generatorLines({ generator, queries }: BenchReport): string[] {
  const { connectionsLost, keptUp, latenessMs, sendFailures } = generator;
  const { cpuMicrosecondsPerQuery, cpuShare } = generator;
  const lines = ["", `generator ${cpuMicrosecondsPerQuery} us of CPU a query`];
  if (queries.intended !== null) {
    const { max, p50, p99 } = latenessMs;
    lines.push(
      `          late by ${formatMs(p50)} (p50), ${formatMs(p99)} (p99), ${formatMs(max)} (max)`,
    );
  } else if (cpuShare > BUSY_SHARE) {
    const busy = Math.round(100 * cpuShare);
    lines.push(`          busy for ${busy} % of the time: the server may be able to do more`);
  }
  if (sendFailures > 0) {
    lines.push(`${formatCount(sendFailures)} queries were lost on this machine: no room to send`);
  }
  if (connectionsLost > 0) {
    lines.push(`${formatCount(connectionsLost)} connections ended early`);
  }
  if (!keptUp) {
    lines.push("THE GENERATOR DID NOT KEEP UP: these figures show its limit, not the server's.");
    lines.push(
      connectionsLost > 0
        ? "Or there were no connections for them: the server ended some."
        : "Ask for a lower --rate, or give it more --connections or a core of its own.",
    );
  }
  return lines;
}

function padded(count: number): string {
  return formatCount(count).padStart(13);
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : ((100 * part) / whole).toFixed(3)} %`;
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** With three digits that count, microseconds whole. */
export function formatMs(ms: number): string {
  if (ms >= ROUNDS_TO_1000) return `${(ms / 1000).toPrecision(3)} s`;
  const us = Math.round(ms * 1000);
  return us < 1000 ? `${us} us` : `${ms.toPrecision(3)} ms`;
}
