// Compression: as short as the names before allow, and readable again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { nameToText } from "../../../src/wire/name-text.ts";
import { copyName } from "../../../src/wire/name.ts";
import { NameTable } from "../../../src/wire/name-table.ts";
import { toHex, wire } from "./compose.ts";

/** The names written one after the other from `offset` on, as hexadecimal digits each. */
function written(names: readonly string[], offset = 12): string[] {
  const table = new NameTable();
  const out = new Uint8Array(65_535);
  let at = offset;
  return names.map((name) => {
    const start = at;
    at = table.write(out, at, wire(name));
    return toHex(out.subarray(start, at));
  });
}

describe("NameTable", () => {
  test("points to the longest suffix that was written before", () => {
    const names = [
      "www.example.com.",
      "example.com.",
      "ftp.example.com.",
      "ftp.example.com.",
      "com.",
    ];
    assert.deepEqual(written(names), [
      toHex(wire("www.example.com.")),
      "c010",
      "03667470" + "c010",
      "c01f",
      "c018",
    ]);
  });

  test("never points for the root", () => {
    assert.deepEqual(written([".", ".", "a.", "."]), ["00", "00", "016100", "00"]);
  });

  test("matches letters in either case, and nothing but letters", () => {
    assert.deepEqual(written(["a.Example.", "B.eXAMPLE.", "@.", "`."]), [
      toHex(wire("a.Example.")),
      "0142" + "c00e",
      "014000",
      "016000",
    ]);
  });

  test("does not take a label for another that contains it", () => {
    assert.deepEqual(written(["example.com.", "badexample.com.", "example.org.", "a\\.com."]), [
      toHex(wire("example.com.")),
      toHex(wire("badexample.")).slice(0, -2) + "c014",
      toHex(wire("example.org.")),
      toHex(wire("a\\.com.")),
    ]);
  });

  test("does not remember what a pointer cannot reach", () => {
    // "a" at 0x3ffe, "b" at 0x4000: the next pointer can reach neither, as "a" ends in "b".
    assert.deepEqual(written(["a.b.", "a.b.", "b."], 0x3ffe), [
      "0161016200",
      "0161016200",
      "016200",
    ]);
    assert.deepEqual(written(["a.b.", "a.b.", "b."], 0x3ffd), ["0161016200", "fffd", "ffff"]);
  });

  test("forgets everything on reset", () => {
    const table = new NameTable();
    const out = new Uint8Array(64);
    assert.equal(table.write(out, 12, wire("a.b.")), 17);
    assert.equal(table.write(out, 17, wire("b.")), 19);
    table.reset();
    assert.equal(table.write(out, 17, wire("b.")), 20);
  });

  test("writes any names so that they read as before", () => {
    const label = fc.constantFrom("a", "B", "bb", "www", "x".repeat(63));
    const name = fc.array(label, { maxLength: 3 }).map((labels) => labels.join(".") + ".");
    const names = fc.array(name, { minLength: 1, maxLength: 400 });
    const property = fc.property(names, fc.nat(20_000), (list, offset) => {
      const table = new NameTable();
      const out = new Uint8Array(65_535);
      const copy = new Uint8Array(255);
      let at = 12 + offset;
      for (const text of list) {
        const start = at;
        at = table.write(out, at, wire(text));
        assert.ok(copyName(out, 0, at, start, copy, 0, true) > 0, text);
        assert.equal(nameToText(copy, 0), nameToText(wire(text.toLowerCase()), 0));
      }
    });
    fc.assert(property, { seed: 20_260_103, numRuns: 300 });
  });
});
