// Reads --rate and --ramp.

import { HermodError } from "../../errors.ts";
import type { ScheduleStep } from "./schedule.ts";

const MAX_RATE = 10_000_000;
const DEFAULT_STEPS = 10;
const MAX_STEPS = 100;

/** Queries a second; `max` for as many as the server answers. Throws a HermodError. */
export function parseRate(text: string): number | "max" {
  if (text === "max" || text === "0") return "max";
  return (
    number(text) ??
    fail(
      `--rate ${JSON.stringify(text)} is not a rate: write queries a second up to ${MAX_RATE}, as in 5000, or max for as many as the server answers`,
    )
  );
}

/** `FROM:TO` or `FROM:TO:STEPS`: steps of the same length, together `durationMs`. */
export function parseRamp(text: string, durationMs: number): ScheduleStep[] {
  const [fromText = "", toText = "", stepsText = String(DEFAULT_STEPS), ...more] = text.split(":");
  const from = number(fromText);
  const to = number(toText);
  const count = /^\d{1,3}$/.test(stepsText) ? Number(stepsText) : 0;
  if (from === undefined || to === undefined || more.length > 0) {
    return fail(
      `--ramp ${JSON.stringify(text)} is not FROM:TO or FROM:TO:STEPS in queries a second from 1 to ${MAX_RATE}: write as in 1000:50000:10`,
    );
  }
  if (count < 2 || count > MAX_STEPS) {
    return fail(`--ramp ${JSON.stringify(text)}: the steps are from 2 to ${MAX_STEPS}`);
  }
  return Array.from({ length: count }, (_, i) => {
    const rate = from + ((to - from) * i) / (count - 1);
    return { rate: Math.round(rate * 1000) / 1000, durationMs: durationMs / count };
  });
}

function number(text: string): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  return value > 0 && value <= MAX_RATE ? value : undefined;
}

function fail(message: string): never {
  throw new HermodError("USAGE", `${message}.`);
}
