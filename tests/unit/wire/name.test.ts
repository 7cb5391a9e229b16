// Names in wire form: lengths, compression with bounded work, and comparison.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  copyName,
  isAtOrBelow,
  isNameAt,
  nameLength,
  sameName,
  skipName,
} from "../../../src/wire/name.ts";
import { hex, joined, toHex, wire } from "./compose.ts";

const LABEL_63 = "a".repeat(63);
/** 255 bytes in wire form: the longest name there is. */
const LONGEST = `${LABEL_63}.${LABEL_63}.${LABEL_63}.${"b".repeat(61)}.`;
/** 3 × 64 + 63 bytes of labels: with the root's byte it would be 256. */
const TOO_LONG = joined(
  wire(`${LABEL_63}.${LABEL_63}.${LABEL_63}.`).subarray(0, 192),
  wire(`${"b".repeat(62)}.`),
);
/** What messages have before their first name. */
const HEADER = new Uint8Array(12);

/** Copies the name at `offset` of a message that is all of `bytes`. */
function copied(bytes: Uint8Array, offset: number, lower = false): string | undefined {
  const out = new Uint8Array(258).fill(0xee);
  const length = copyName(bytes, 0, bytes.length, offset, out, 1, lower);
  const untouched = length < 0 || (out[0] === 0xee && out[1 + length] === 0xee);
  assert.ok(untouched, "wrote outside");
  return length < 0 ? undefined : toHex(out.subarray(1, 1 + length));
}

describe("nameLength", () => {
  test("counts the root's byte and starts at any offset", () => {
    assert.equal(nameLength(hex("00"), 0, 1), 1);
    assert.equal(nameLength(hex("ffff 0161 00 ff"), 2, 5), 3);
    assert.equal(nameLength(wire(LONGEST), 0, 255), 255);
  });

  test("refuses what is malformed", () => {
    assert.equal(nameLength(TOO_LONG, 0, TOO_LONG.length), -1, "256 bytes");
    assert.equal(nameLength(hex("40" + "61".repeat(64) + "00"), 0, 66), -1, "label of 64");
    assert.equal(nameLength(hex("80 00"), 0, 2), -1, "reserved label type");
    assert.equal(nameLength(hex("0161 c000"), 0, 4), -1, "pointer");
    assert.equal(nameLength(hex("0161"), 0, 2), -1, "no root");
    assert.equal(nameLength(hex("0361 00"), 0, 3), -1, "label cut off");
    assert.equal(nameLength(hex("00"), 0, 0), -1, "nothing");
  });

  test("does not look past the end it is given", () => {
    assert.equal(nameLength(hex("0161 00"), 0, 2), -1);
  });
});

describe("skipName", () => {
  test("stops after the root or after a pointer", () => {
    assert.equal(skipName(hex("00 ff"), 0, 2), 1);
    assert.equal(skipName(hex("0161 00"), 0, 3), 3);
    assert.equal(skipName(hex("ff 0161 c00c ff"), 1, 6), 5);
  });

  test("refuses what is malformed", () => {
    assert.equal(skipName(hex("0161 c0"), 0, 3), -1, "pointer cut off");
    assert.equal(skipName(hex("41 00"), 0, 2), -1, "reserved label type");
    assert.equal(skipName(TOO_LONG, 0, TOO_LONG.length), -1, "256 bytes");
    assert.equal(skipName(hex("0361"), 0, 2), -1, "label cut off");
  });
});

describe("copyName", () => {
  const text = joined(HEADER, wire("www.Example.com."), hex("03 667470 c010 c01d"));

  test("writes out a name, in its case or in lower case", () => {
    const plain = "03777777 07 4578616d706c65 03636f6d 00".replaceAll(" ", "");
    assert.equal(copied(text, 12), plain);
    assert.equal(copied(text, 12, true), plain.replace("45", "65"));
  });

  test("follows pointers, also one to another", () => {
    const ftp = toHex(wire("ftp.example.com."));
    assert.equal(copied(text, 29, true), ftp);
    assert.equal(copied(text, 35, true), ftp);
  });

  test("lowers ASCII letters only, and no length byte", () => {
    const name = hex("04 405b41 5a 00");
    assert.equal(copied(joined(HEADER, name), 12, true), "04405b617a00");
    const long = wire(`${"A".repeat(63)}.`);
    assert.equal(copied(joined(HEADER, long), 12, true), "3f" + "61".repeat(63) + "00");
  });

  test("knows where its message starts", () => {
    const out = new Uint8Array(255);
    const shifted = joined(hex("eeeeee"), text, hex("eeee"));
    assert.equal(copyName(shifted, 3, 3 + text.length, 32, out, 0, true), 17);
    assert.equal(toHex(out.subarray(0, 17)), toHex(wire("ftp.example.com.")));
  });

  test("takes the longest name and no longer one", () => {
    assert.equal(copied(joined(HEADER, wire(LONGEST)), 12), toHex(wire(LONGEST)));
    assert.equal(copied(joined(HEADER, TOO_LONG), 12), undefined);
    const prefixed = joined(HEADER, wire(LONGEST), hex("0161 c00c"));
    assert.equal(copied(prefixed, 12 + 255), undefined, "257 bytes through a pointer");
  });

  test("refuses pointers that do not lead back", () => {
    assert.equal(copied(joined(HEADER, hex("c00c")), 12), undefined, "to itself");
    assert.equal(copied(joined(HEADER, hex("0161 c00c")), 12), undefined, "to its own labels");
    assert.equal(copied(joined(HEADER, hex("c00e 00")), 12), undefined, "forward");
    assert.equal(copied(joined(HEADER, hex("c00e c00c")), 14), undefined, "to and fro");
    assert.equal(copied(joined(HEADER, hex("00 c004")), 13), undefined, "into the header");
    assert.equal(copied(joined(HEADER, hex("00 c0")), 13), undefined, "cut off");
    assert.equal(copied(joined(HEADER, hex("00 ffff")), 13), undefined, "far beyond");
  });

  test("refuses reserved label types and labels that are cut off", () => {
    assert.equal(copied(joined(HEADER, hex("40 00")), 12), undefined);
    assert.equal(copied(joined(HEADER, hex("bf 00")), 12), undefined);
    assert.equal(copied(joined(HEADER, hex("0261")), 12), undefined);
    assert.equal(copied(joined(HEADER, hex("0161")), 12), undefined);
  });

  test("follows no more pointers than a name can have labels", () => {
    const parts = [HEADER, hex("00")];
    for (let i = 0; i < 128; i++) parts.push(hex((0xc000 | pointerOffset(i - 1)).toString(16)));
    const chain = joined(...parts);
    assert.equal(copied(chain, pointerOffset(126)), "00");
    assert.equal(copied(chain, pointerOffset(127)), undefined);
  });
});

/** Of a root at offset 12 and a row of pointers, each to what lies before it. */
function pointerOffset(i: number): number {
  return i < 0 ? 12 : 13 + 2 * i;
}

describe("sameName", () => {
  test("matches letters in either case", () => {
    assert.ok(sameName(wire("WWW.example.COM."), 0, wire("www.EXAMPLE.com."), 0));
    assert.ok(sameName(hex("00"), 0, hex("ff00"), 1));
    assert.ok(sameName(wire(LONGEST), 0, wire(LONGEST.toUpperCase()), 0));
  });

  test("matches nothing else", () => {
    assert.ok(!sameName(wire("a.example."), 0, wire("b.example."), 0));
    assert.ok(!sameName(wire("a.example."), 0, wire("a."), 0));
    assert.ok(!sameName(hex("01 40 00"), 0, hex("01 60 00"), 0), "@ and ` are not letters");
    assert.ok(!sameName(hex("01 5b 00"), 0, hex("01 7b 00"), 0), "[ and { are not letters");
    assert.ok(!sameName(wire("a\\.b."), 0, wire("a.b."), 0), "a dot within a label");
  });

  test("is not led astray by label bytes that look like the root", () => {
    assert.ok(!sameName(hex("02 0061 00"), 0, hex("02 0062 00"), 0));
    assert.ok(sameName(hex("02 0041 00"), 0, hex("02 0061 00"), 0));
  });
});

describe("isNameAt", () => {
  const text = joined(HEADER, wire("www.Example.com."), hex("03 667470 c010 c01d"));

  test("compares a compressed name with one in lower case", () => {
    assert.ok(isNameAt(text, 12, wire("www.example.com."), 0));
    assert.ok(isNameAt(text, 29, joined(hex("ff"), wire("ftp.example.com.")), 1));
    assert.ok(!isNameAt(text, 29, wire("ftp.example.org."), 0));
    assert.ok(!isNameAt(text, 29, wire("ftp.example."), 0));
    assert.ok(!isNameAt(text, 16, wire("example.com.test."), 0));
  });
});

describe("isAtOrBelow", () => {
  const isBelow = (name: string, zone: string) => isAtOrBelow(wire(name), 0, wire(zone), 0);

  test("holds for the name itself, for names below and for the root", () => {
    assert.ok(isBelow("example.com.", "Example.COM."));
    assert.ok(isBelow("a.b.example.com.", "example.com."));
    assert.ok(isBelow("example.com.", "."));
    assert.ok(isBelow(".", "."));
  });

  test("holds for nothing else", () => {
    assert.ok(!isBelow("badexample.com.", "example.com."), "labels, not characters");
    assert.ok(!isBelow("com.", "example.com."));
    assert.ok(!isBelow(".", "com."));
    assert.ok(!isBelow("example.org.", "com."));
    assert.ok(!isBelow("com\\.", "com."), "an escaped dot is no boundary");
  });

  test("starts at any offset", () => {
    const name = joined(hex("ffff"), wire("a.test."));
    assert.ok(isAtOrBelow(name, 2, joined(hex("ff"), wire("test.")), 1));
  });
});
