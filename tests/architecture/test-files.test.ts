// Holds what test files promise: they run on every runtime, and what does not run is counted.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { findTestFiles } from "../runner/test-files.ts";
import { PROJECT_FOLDER } from "./source-files.ts";
import { codeOnly, importsOf } from "./source-text.ts";

const files = findTestFiles(PROJECT_FOLDER).map((path) => {
  return { path, text: readFileSync(`${PROJECT_FOLDER}/${path}`, "utf8") };
});

/** A skipped group is left out of the report, so only single tests may be skipped, with a reason. */
const HIDDEN =
  /\b(?:test|describe|it)\.(?:skip|only|todo)\b|\bdescribe\([^)]*\{\s*(?:skip|only|todo)\b/;

test("test files name no runtime", () => {
  const named = files.filter(({ text }) => {
    return /\b(?:Bun|Deno)\./.test(codeOnly(text)) || importsOf(text).includes("bun:test");
  });
  assert.deepEqual(
    named.map(({ path }) => path),
    [],
  );
});

test("no test is hidden from the report", () => {
  const hiding = files.filter(({ text }) => HIDDEN.test(codeOnly(text)));
  assert.deepEqual(
    hiding.map(({ path }) => path),
    [],
  );
  for (const hidden of ["test.only(", 'describe("a", { skip })', "describe.skip("]) {
    assert.match(hidden, HIDDEN);
  }
  assert.doesNotMatch('test("a", { skip }, () => {})', HIDDEN);
});
