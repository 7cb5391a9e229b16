// Whole days, counted down to the moment of expiry.

import assert from "node:assert/strict";
import { test } from "node:test";
import { daysLeft } from "../../../src/certificate/days-left.ts";

test("days are left as a calendar would say", () => {
  const notAfter = new Date("2030-03-10T12:00:00Z");
  const at = (time: string): number => daysLeft({ notAfter }, new Date(time));
  assert.equal(at("2030-03-08T12:00:00Z"), 2);
  assert.equal(at("2030-03-08T12:00:01Z"), 1);
  assert.equal(at("2030-03-10T11:59:59Z"), 0);
  assert.equal(at("2030-03-10T12:00:01Z"), -1);
  assert.equal(at("2029-03-10T12:00:00Z"), 365);
});
