// Holds the rules on imports of docs/architecture.md, and shows on made-up files that it would notice.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { breaches, roomOf, RUNTIME_ROOM } from "./import-rules.ts";
import { findCycle, SOURCE_FILES, sourceFile } from "./source-files.ts";
import { codeOnly, importsOf, UNKNOWN_SPECIFIER } from "./source-text.ts";

const RUNTIME_NAME = /\b(?:Bun|Deno)\b/;

describe("imports", () => {
  test("there are files to look at", () => {
    assert.ok(SOURCE_FILES.length > 20);
    assert.ok(SOURCE_FILES.some((file) => file.imports.length > 3));
  });

  test("point from room to room as the architecture says", () => {
    assert.deepEqual(SOURCE_FILES.flatMap(breaches), []);
  });

  test("lead to files that are there", () => {
    const paths = new Set(SOURCE_FILES.map((file) => file.path));
    const dangling = SOURCE_FILES.flatMap(({ path, imports }) =>
      imports
        .filter((target) => /^(?:src|routes)\//.test(target) && !paths.has(target))
        .map((target) => `${path} imports ${target}`),
    );
    assert.deepEqual(dangling, []);
  });

  test("form no cycle", () => {
    assert.equal(findCycle(SOURCE_FILES)?.join(" → "), undefined);
  });

  test("only the runtime's room names a runtime", () => {
    const named = SOURCE_FILES.filter((file) => roomOf(file.path) !== RUNTIME_ROOM)
      .filter((file) => RUNTIME_NAME.test(codeOnly(file.text)))
      .map((file) => file.path);
    assert.deepEqual(named, []);
  });
});

describe("the check on imports", () => {
  test("sees every kind of import", () => {
    const text = [
      'import { a,\n  b } from "./static.ts";',
      'import type { T } from "./type.ts";',
      'export * from "./export.ts";',
      'import "./bare.ts";',
      'const x = await import("./dynamic.ts");',
      "const y = await import(name);",
      '// import "./comment.ts";',
    ].join("\n");
    const targets = ["static", "type", "export", "bare", "dynamic"].map((name) => `./${name}.ts`);
    assert.deepEqual(importsOf(text).sort(), [...targets, UNKNOWN_SPECIFIER].sort());
  });

  test("finds what is not allowed", () => {
    const bad = sourceFile("src/wire/a.ts", 'import "../cache/b.ts";\nimport "node:fs";');
    assert.equal(breaches(bad).length, 2);
    const good = sourceFile("src/cache/b.ts", 'import "../wire/a.ts";\nimport "./c.ts";');
    assert.deepEqual(breaches(good), []);
    const unknown = sourceFile("src/cellar/a.ts", "");
    assert.equal(breaches(unknown).length, 1);
  });

  test("finds a cycle of three", () => {
    const files = [
      sourceFile("src/a.ts", 'import "./b.ts";'),
      sourceFile("src/b.ts", 'import type { C } from "./c.ts";'),
      sourceFile("src/c.ts", 'import "./a.ts";'),
    ];
    assert.deepEqual(findCycle(files), ["src/a.ts", "src/b.ts", "src/c.ts", "src/a.ts"]);
    assert.equal(findCycle(files.slice(0, 2)), undefined);
  });

  test("tells code from comments and strings", () => {
    assert.ok(RUNTIME_NAME.test(codeOnly("x = Bun.gc();")));
    assert.ok(!RUNTIME_NAME.test(codeOnly('// on Bun\nx = "Deno"; /* Bun */')));
  });
});
