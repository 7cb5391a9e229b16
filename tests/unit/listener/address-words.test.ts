import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AddressWords, addressToWords } from "../../../src/listener/address-words.ts";

describe("addresses as words", () => {
  const cases: [string, number[]][] = [
    ["192.0.2.1", [0, 0, 0xffff, 0xc0000201]],
    ["255.255.255.255", [0, 0, 0xffff, 0xffffffff]],
    ["::", [0, 0, 0, 0]],
    ["::1", [0, 0, 0, 1]],
    ["2001:db8::8:800:200c:417a", [0x20010db8, 0, 0x00080800, 0x200c417a]],
    ["1:2:3:4:5:6:7:8", [0x00010002, 0x00030004, 0x00050006, 0x00070008]],
    ["::ffff:192.0.2.1", [0, 0, 0xffff, 0xc0000201]],
    ["fe80::1%eth0", [0xfe800000, 0, 0, 1]],
  ];
  for (const [text, words] of cases) {
    test(text, () => assert.deepEqual([...addressToWords(text)], words));
  }

  for (const text of ["", "1.2.3", "1.2.3.256", "1:2:3", "::1::", "1:2:3:4:5:6:7:8:9", "host"]) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => addressToWords(text), RangeError);
    });
  }

  test("remembers, and stays bounded", () => {
    const table = new AddressWords();
    assert.equal(table.of("192.0.2.1"), table.of("192.0.2.1"));
    for (let i = 0; i < 10_000; i++) table.of(`10.0.${i >> 8}.${i & 255}`);
    assert.deepEqual([...table.of("192.0.2.1")], [0, 0, 0xffff, 0xc0000201]);
  });
});
