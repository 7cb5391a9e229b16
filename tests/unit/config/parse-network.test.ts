import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseNetwork } from "../../../src/config/parse-network.ts";

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

describe("parseNetwork", () => {
  test("holds IPv4 networks IPv4-mapped", () => {
    const { bytes, prefixLength } = parseNetwork("192.168.0.0/16");
    assert.deepEqual([...bytes], [...MAPPED, 192, 168, 0, 0]);
    assert.equal(prefixLength, 112);
    assert.equal(parseNetwork("0.0.0.0/0").prefixLength, 96);
  });

  test("takes IPv6 networks, and every prefix length", () => {
    const { bytes, prefixLength } = parseNetwork("fc00::/7");
    assert.deepEqual([...bytes], [0xfc, ...Array<number>(15).fill(0)]);
    assert.equal(prefixLength, 7);
    for (let length = 0; length <= 128; length++) {
      assert.equal(parseNetwork(`::/${length}`).prefixLength, length);
    }
  });

  test("takes one address", () => {
    assert.deepEqual(parseNetwork("::1"), parseNetwork("::1/128"));
    assert.deepEqual(parseNetwork("10.1.2.3"), parseNetwork("10.1.2.3/32"));
    assert.equal(parseNetwork("10.1.2.3").prefixLength, 128);
  });

  const wrong: Record<string, string> = {
    "": "write an address and a prefix length, as in 192.168.0.0/16",
    lan: "write an address and a prefix length, as in 192.168.0.0/16",
    "192.168.0.0/": "write an address and a prefix length, as in 192.168.0.0/16",
    "192.168.0.0/x": "write an address and a prefix length, as in 192.168.0.0/16",
    "192.168/16": "write an address and a prefix length, as in 192.168.0.0/16",
    "192.168.0.0/33": "its prefix length is a number from 0 to 32",
    "fc00::/129": "its prefix length is a number from 0 to 128",
    "192.168.0.5/24": "it has bits behind its prefix; for one address write 192.168.0.5",
    "fc00::1/7": "it has bits behind its prefix; for one address write fc00::1",
  };
  for (const [given, mend] of Object.entries(wrong)) {
    test(`refuses ${JSON.stringify(given)} and says what to write`, () => {
      assert.throws(() => parseNetwork(given), {
        code: "NETWORK",
        message: `${JSON.stringify(given)} is not a network: ${mend}`,
      });
    });
  }
});
