// The pieces of a message, byte for byte, at an offset, with nothing written around them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  endOpt,
  writeEde,
  writeHeader,
  writeOption,
  writeOptStart,
  writePadding,
  writeQuestion,
} from "../../../src/wire/write.ts";
import { ascii, hex, toHex, wire } from "./compose.ts";

const LENGTH = 64;

/**
 * What `write` put into a buffer of 0xee from offset 3 on; it must return the offset after that.
 */
function written(write: (out: Uint8Array, offset: number) => number): string {
  const out = new Uint8Array(LENGTH).fill(0xee);
  const end = write(out, 3);
  assert.deepEqual([...out.subarray(0, 3)], [0xee, 0xee, 0xee]);
  assert.ok(out.subarray(end).every((byte) => byte === 0xee));
  return toHex(out.subarray(3, end));
}

describe("writers", () => {
  test("header", () => {
    const header = written((out, at) => writeHeader(out, at, 0xbeef, 0x8183, 1, 0x102, 3, 4));
    assert.equal(header, "beef" + "8183" + "0001" + "0102" + "0003" + "0004");
  });

  test("question", () => {
    const question = written((out, at) => writeQuestion(out, at, wire("a.test."), 257, 1));
    assert.equal(question, "0161" + "0474657374" + "00" + "0101" + "0001");
  });

  test("OPT record without options", () => {
    const opt = written((out, at) => writeOptStart(out, at, 1232, 0, 0, 0));
    assert.equal(opt, "00" + "0029" + "04d0" + "00000000" + "0000");
    const other = written((out, at) => writeOptStart(out, at, 512, 1, 2, 1));
    assert.equal(other, "00" + "0029" + "0200" + "01028000" + "0000");
  });

  test("option", () => {
    const text = written((out, at) => writeOption(out, at, 10, hex("ff0011223344"), 1, 5));
    assert.equal(text, "000a" + "0005" + "0011223344");
    assert.equal(
      written((out, at) => writeOption(out, at, 11, hex(""), 0, 0)),
      "000b" + "0000",
    );
  });

  test("extended error", () => {
    const ede = written((out, at) => writeEde(out, at, 22, ascii("-no way-"), 1, 6));
    assert.equal(ede, "000f" + "0008" + "0016" + toHex(ascii("no way")));
    assert.equal(
      written((out, at) => writeEde(out, at, 3, hex(""), 0, 0)),
      "000f00020003",
    );
  });

  test("padding, over whatever the buffer held", () => {
    assert.equal(
      written((out, at) => writePadding(out, at, 5)),
      "000c" + "0005" + "0000000000",
    );
    assert.equal(
      written((out, at) => writePadding(out, at, 0)),
      "000c" + "0000",
    );
  });

  test("a whole OPT record", () => {
    const opt = written((out, at) => {
      let end = writeOptStart(out, at, 1232, 0, 0, 1);
      end = writeEde(out, end, 15, ascii("no"), 0, 2);
      end = writePadding(out, end, 1);
      endOpt(out, at, end);
      return end;
    });
    const options = "000f0004000f6e6f" + "000c000100";
    assert.equal(opt, "00" + "0029" + "04d0" + "00008000" + "000d" + options);
  });
});
