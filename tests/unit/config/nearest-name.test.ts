import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName } from "../../../src/config/nearest-name.ts";

const NAMES = ["listen", "upstream", "tls", "cache", "access", "limits", "log"];

test("finds the name behind each kind of slip", () => {
  assert.equal(nearestName("upstreem", NAMES), "upstream"); // wrong
  assert.equal(nearestName("upstrem", NAMES), "upstream"); // missing
  assert.equal(nearestName("lissten", NAMES), "listen"); // too many
  assert.equal(nearestName("cahce", NAMES), "cache"); // swapped
  assert.equal(nearestName("Limits", NAMES), "limits"); // case
  assert.equal(nearestName("lgo", NAMES), "log");
});

test("prefers fewer slips, then the earlier name", () => {
  assert.equal(nearestName("ab", ["abcd", "abc"]), "abc");
  assert.equal(nearestName("ab", ["ax", "ay"]), "ax");
});

test("finds nothing when nothing is near", () => {
  assert.equal(nearestName("policy", NAMES), undefined);
  assert.equal(nearestName("", NAMES), undefined);
  assert.equal(nearestName("x", []), undefined);
});
