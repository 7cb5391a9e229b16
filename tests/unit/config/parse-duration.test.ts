import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatDuration, parseDuration } from "../../../src/config/parse-duration.ts";

describe("parseDuration", () => {
  test("takes each unit", () => {
    assert.equal(parseDuration("500ms"), 500);
    assert.equal(parseDuration("30s"), 30_000);
    assert.equal(parseDuration("5 m"), 300_000);
    assert.equal(parseDuration("3h"), 10_800_000);
    assert.equal(parseDuration("1d"), 86_400_000);
    assert.equal(parseDuration("0s"), 0);
  });

  for (const given of ["", "30", 30, "s", "1.5s", "-1s", "30sec", "1w", "999999999999d"]) {
    test(`refuses ${JSON.stringify(given)} and says what to write`, () => {
      assert.throws(() => parseDuration(given), {
        code: "DURATION",
        message: `${JSON.stringify(given)} is not a duration: write a whole number with its unit, ms, s, m, h or d, as in 30s`,
      });
    });
  }
});

test("formatDuration writes what parseDuration reads, as short as it goes", () => {
  for (const text of ["0s", "1ms", "1800ms", "2s", "90s", "5m", "3h", "1d"]) {
    assert.equal(formatDuration(parseDuration(text)), text);
  }
  assert.equal(formatDuration(3_600_000), "1h");
});
