import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressToWords } from "../../../src/listener/address-words.ts";
import { AccessList } from "../../../src/resolver/access-list.ts";

function network(
  address: string,
  prefixLength: number,
): { bytes: Uint8Array; prefixLength: number } {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  addressToWords(address).forEach((word, i) => view.setUint32(4 * i, word));
  return { bytes, prefixLength: address.includes(":") ? prefixLength : 96 + prefixLength };
}

describe("the access list", () => {
  const list = new AccessList([
    network("10.0.0.0", 8),
    network("172.16.0.0", 12),
    network("192.0.2.7", 32),
    network("fc00::", 7),
    network("2001:db8::1", 128),
  ]);
  const cases: [string, boolean][] = [
    ["10.255.255.255", true],
    ["11.0.0.0", false],
    ["172.31.255.255", true],
    ["172.32.0.0", false],
    ["192.0.2.7", true],
    ["192.0.2.6", false],
    ["fdff::1", true],
    ["fe00::1", false],
    ["2001:db8::1", true],
    ["2001:db8::2", false],
    ["::ffff:10.1.2.3", true],
    ["::", false],
  ];
  for (const [address, expected] of cases) {
    test(`${address} is ${expected ? "served" : "refused"}`, () => {
      assert.equal(list.allows(addressToWords(address)), expected);
    });
  }

  test("an empty list serves nobody, 0.0.0.0/0 and ::/0 everybody", () => {
    assert.equal(new AccessList([]).allows(addressToWords("127.0.0.1")), false);
    const all = new AccessList([network("0.0.0.0", 0), network("::", 0)]);
    assert.equal(all.allows(addressToWords("203.0.113.9")), true);
    assert.equal(all.allows(addressToWords("2001:db8::9")), true);
  });
});
