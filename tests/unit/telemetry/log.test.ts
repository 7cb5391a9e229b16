import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LogLevel } from "../../../src/telemetry/log.ts";

function logged(level: LogLevel, message = "message"): string[] {
  const lines: string[] = [];
  const log = createLog({ level, write: (line) => lines.push(line), now: () => 0 });
  for (const name of ["error", "warn", "info", "debug"] as const) log[name](message);
  return lines;
}

test("a level writes itself and what is more urgent", () => {
  const levels = (level: LogLevel): string[] => logged(level).map((line) => line.split(" ")[1]!);
  assert.deepEqual(levels("error"), ["error"]);
  assert.deepEqual(levels("warn"), ["error", "warn"]);
  assert.deepEqual(levels("info"), ["error", "warn", "info"]);
  assert.deepEqual(levels("debug"), ["error", "warn", "info", "debug"]);
});

test("a line holds the time, the level and the message", () => {
  assert.deepEqual(logged("error"), ["1970-01-01T00:00:00.000Z error message\n"]);
});

test("a hostile message stays one line and moves no cursor", () => {
  const [line] = logged("error", "name a\n1970-01-01T00:00:00.000Z error forged\u001b[2J");
  assert.equal(
    line,
    "1970-01-01T00:00:00.000Z error name a\\u{a}1970-01-01T00:00:00.000Z error forged\\u{1b}[2J\n",
  );
});
