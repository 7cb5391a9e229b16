// Integers in network byte order: unsigned, at any offset, nothing written beyond them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { read16, read32, write16, write32 } from "../../../src/wire/numbers.ts";
import { hex, toHex } from "./compose.ts";

describe("numbers", () => {
  test("are read big-endian and unsigned, at any offset", () => {
    const bytes = hex("00 fffe fdfcfbfa");
    assert.equal(read16(bytes, 1), 0xfffe);
    assert.equal(read16(bytes, 2), 0xfefd);
    assert.equal(read32(bytes, 3), 0xfdfcfbfa);
    assert.equal(read32(bytes, 0), 0x00fffefd);
  });

  test("are written big-endian, at any offset, and nothing else is", () => {
    const bytes = hex("aaaaaaaaaaaaaaaaaaaa");
    write16(bytes, 1, 0x0102);
    write32(bytes, 4, 0xfffefdfc);
    assert.equal(toHex(bytes), "aa0102aafffefdfcaaaa");
  });

  test("come back as they were written", () => {
    const bytes = new Uint8Array(6);
    for (const value of [0, 1, 255, 256, 32_767, 32_768, 65_535]) {
      write16(bytes, 1, value);
      assert.equal(read16(bytes, 1), value);
    }
    for (const value of [0, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      write32(bytes, 1, value);
      assert.equal(read32(bytes, 1), value);
    }
  });
});
