// Names for people: whatever the bytes, the text is printable, and it leads back to the same bytes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { nameToText, textToName } from "../../../src/wire/name-text.ts";
import { hex, joined, toHex } from "./compose.ts";

describe("nameToText", () => {
  test("writes the trailing dot, and the root as a dot", () => {
    assert.equal(nameToText(hex("00"), 0), ".");
    assert.equal(nameToText(hex("ff 03 777777 02 4445 00"), 1), "www.DE.");
  });

  test("escapes what is not a plain character", () => {
    assert.equal(nameToText(hex("03 612e62 00"), 0), "a\\.b.");
    assert.equal(nameToText(hex("03 615c62 00"), 0), "a\\\\b.");
    assert.equal(nameToText(hex("05 00200a7fff 00"), 0), "\\000\\032\\010\\127\\255.");
    assert.equal(nameToText(hex("04 3c22263e 00"), 0), '<"&>.');
  });
});

describe("textToName", () => {
  test("gives the wire form, with or without the trailing dot, in the case it has", () => {
    assert.equal(toHex(textToName("www.DE.")), "03777777" + "024445" + "00");
    assert.equal(toHex(textToName("www.DE")), "03777777" + "024445" + "00");
    assert.equal(toHex(textToName(".")), "00");
  });

  test("reads escapes", () => {
    assert.equal(toHex(textToName("a\\.b.c")), "03612e62" + "0163" + "00");
    assert.equal(toHex(textToName("a\\\\")), "02615c" + "00");
    assert.equal(toHex(textToName("\\000\\255\\032")), "0300ff20" + "00");
    assert.equal(toHex(textToName("\\@.")), "0140" + "00");
    assert.equal(toHex(textToName("\x7f")), "017f" + "00");
  });

  test("takes the longest label and name", () => {
    const label = "a".repeat(63);
    assert.equal(textToName(label).length, 65);
    assert.equal(textToName(`${label}.${label}.${label}.${"b".repeat(61)}`).length, 255);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ["", /"" has an empty label: remove the dot/],
    ["..", /empty label/],
    ["a..b", /"a\.\.b" has an empty label/],
    [".a", /empty label/],
    ["a.b..", /empty label/],
    ["a".repeat(64), /a label of more than 63 bytes/],
    [`${"a".repeat(63)}.`.repeat(3) + "b".repeat(62), /longer than 255 bytes/],
    ["a\\", /bad escape/],
    ["a\\25", /bad escape/],
    ["a\\25x", /bad escape/],
    ["a\\256", /bad escape/],
    ["bücher.example", /"bücher\.example" is not ASCII: give its A-label/],
    ["a\\ü", /not ASCII/],
    ["\u{1f600}.example", /not ASCII/],
    ["a\n..", /"a\\n\.\." has an empty label/],
  ];
  for (const [text, message] of refused) {
    test(`refuses ${JSON.stringify(text.slice(0, 24))}`, () => {
      assert.throws(() => textToName(text), { name: "RangeError", message });
    });
  }
});

describe("names and their text", () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 63 });

  test("lead to each other for any bytes, and the text is printable ASCII", () => {
    const names = fc.array(label, { maxLength: 8 }).filter((labels) => {
      return labels.reduce((sum, bytes) => sum + bytes.length + 1, 1) <= 255;
    });
    const property = fc.property(names, (labels) => {
      const parts = labels.flatMap((bytes) => [Uint8Array.of(bytes.length), bytes]);
      const name = joined(...parts, Uint8Array.of(0));
      const text = nameToText(name, 0);
      assert.match(text, /^[!-~]+$/);
      assert.equal(toHex(textToName(text)), toHex(name));
    });
    fc.assert(property, { seed: 20_260_101, numRuns: 2000 });
  });

  test("any text is either a name or refused by a RangeError", () => {
    const property = fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      let name: Uint8Array;
      try {
        name = textToName(text);
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
        return;
      }
      assert.equal(toHex(textToName(nameToText(name, 0))), toHex(name));
    });
    fc.assert(property, { seed: 20_260_102, numRuns: 2000 });
  });
});
