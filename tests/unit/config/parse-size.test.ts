import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatSize, parseSize } from "../../../src/config/parse-size.ts";

describe("parseSize", () => {
  test("takes bytes and binary units", () => {
    assert.equal(parseSize(1048576), 1048576);
    assert.equal(parseSize("0"), 0);
    assert.equal(parseSize("4KiB"), 4096);
    assert.equal(parseSize("64 MiB"), 64 * 1024 ** 2);
    assert.equal(parseSize("2GiB"), 2 * 1024 ** 3);
  });

  for (const given of [
    "",
    "MiB",
    "64MB",
    "64mib",
    "1.5GiB",
    "-1",
    "64MiB ",
    "99999999999GiB",
    1.5,
  ]) {
    test(`refuses ${JSON.stringify(given)} and says what to write`, () => {
      assert.throws(() => parseSize(given), {
        code: "SIZE",
        message: `${JSON.stringify(given)} is not a size: write a whole number of bytes or of KiB, MiB or GiB, as in 64MiB`,
      });
    });
  }
});

test("formatSize writes what parseSize reads, as short as it goes", () => {
  for (const text of ["0", "1", "1023", "1KiB", "1025", "64MiB", "3GiB"]) {
    assert.equal(formatSize(parseSize(text)), text);
  }
  assert.equal(formatSize(1024 ** 3), "1GiB");
});
