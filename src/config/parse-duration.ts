// Durations with their unit: `500ms`, `30s`, `5m`, `3h`, `1d`.

import { HermodError } from "../errors.ts";
import { showValue } from "./show-value.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds. Throws a HermodError with code DURATION that says what to write. */
export function parseDuration(given: string | number): number {
  const [, digits, unit = ""] = /^(\d+) ?(ms|s|m|h|d)$/.exec(String(given)) ?? [];
  const ms = Number(digits) * UNIT_MS[unit]!;
  if (Number.isSafeInteger(ms)) return ms;
  throw new HermodError(
    "DURATION",
    `${showValue(given)} is not a duration: write a whole number with its unit, ms, s, m, h or d, as in 30s`,
  );
}

/** The shortest way to write a duration. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  const unit = ["d", "h", "m", "s"].find((name) => ms % UNIT_MS[name]! === 0) ?? "ms";
  return `${ms / UNIT_MS[unit]!}${unit}`;
}
