// Holds the size and shape of source files: short files, short functions, names that say something,
// nothing left to do, and a data plane without what it promises not to do.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { roomOf } from "./import-rules.ts";
import { SOURCE_FILES, type SourceFile } from "./source-files.ts";
import { codeOnly, functionsOf } from "./source-text.ts";

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 70;

const EMPTY_NAMES = /(?:^|[/-])(?:utils?|helpers?|common|managers?|misc)(?=[./-])/;
const LEFT_TO_DO = new RegExp(["TODO", "FIXME", "XXX"].map((word) => `\\b${word}\\b`).join("|"));

const DATA_PLANE = "// Data plane: no allocation after start.\n";
/** Allocates or may throw for each query. Constructors and what runs once at start may do so. */
const NOT_IN_DATA_PLANE = /\.subarray\(|\basync\b|\bawait\b|\btry \{/;

function pathsWhere(predicate: (file: SourceFile) => boolean): string[] {
  return SOURCE_FILES.filter(predicate).map((file) => file.path);
}

function longFunctions({ path, text }: SourceFile): string[] {
  return functionsOf(text)
    .filter((found) => found.lineCount > MAX_FUNCTION_LINES)
    .map(({ head, line, lineCount }) => `${path}:${line} ${head} (${lineCount} lines)`);
}

describe("source files", () => {
  test(`have at most ${MAX_FILE_LINES} lines`, () => {
    const long = pathsWhere(({ text }) => text.split("\n").length - 1 > MAX_FILE_LINES);
    assert.deepEqual(long, []);
  });

  test(`have functions of at most ${MAX_FUNCTION_LINES} lines`, () => {
    assert.deepEqual(SOURCE_FILES.flatMap(longFunctions), []);
  });

  test("have names that say something", () => {
    assert.deepEqual(
      pathsWhere(({ path }) => EMPTY_NAMES.test(path)),
      [],
    );
  });

  test("begin with a comment that says what they are for", () => {
    assert.deepEqual(
      pathsWhere(({ text }) => !text.startsWith("// ") && !text.startsWith("#!")),
      [],
    );
  });

  test("leave nothing to do", () => {
    assert.deepEqual(
      pathsWhere(({ text }) => LEFT_TO_DO.test(text)),
      [],
    );
  });

  test("print only where a command does", () => {
    const printing = pathsWhere(
      ({ path, text }) => roomOf(path) !== "commands" && /\bconsole\./.test(codeOnly(text)),
    );
    assert.deepEqual(printing, []);
  });

  test("of the data plane keep their promise", () => {
    const dataPlane = SOURCE_FILES.filter(({ text }) => text.startsWith(DATA_PLANE));
    assert.ok(dataPlane.length > 5);
    const broken = dataPlane.filter(({ text }) => NOT_IN_DATA_PLANE.test(codeOnly(text)));
    assert.deepEqual(
      broken.map((file) => file.path),
      [],
    );
  });
});

describe("the check on shape", () => {
  test("measures functions, methods and arrow functions, and nothing else", () => {
    const text = [
      "export async function first<T>(", //  1
      "  a: number,", //                     2
      "): Promise<T> {", //                  3
      "  if (", //                           4
      "    a > 1", //                        5
      "  ) {", //                            6
      "    a = 2;", //                       7
      "  }", //                              8
      "}", //                                9
      "class Second {", //                  10
      "  private third(): void {", //       11
      "    this.each(() => {", //           12
      "      go();", //                     13
      "    });", //                         14
      "  }", //                             15
      "  get fourth(): number {", //        16
      "    for (;;) {", //                  17
      "      return 1;", //                 18
      "    }", //                           19
      "  }", //                             20
      "}", //                               21
    ].join("\n");
    const found = functionsOf(text).map(({ line, lineCount }) => [line, lineCount]);
    assert.deepEqual(found, [
      [3, 7],
      [11, 5],
      [12, 3],
      [16, 5],
    ]);
  });

  test("finds empty names and nothing like them", () => {
    for (const path of ["src/wire/utils.ts", "src/helpers/a.ts", "src/name-util.ts"]) {
      assert.ok(EMPTY_NAMES.test(path), path);
    }
    for (const path of ["src/commands/a.ts", "src/miscount.ts", "src/wire/utility-bill.ts"]) {
      assert.ok(!EMPTY_NAMES.test(path), path);
    }
  });
});
