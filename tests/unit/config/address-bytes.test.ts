import assert from "node:assert/strict";
import { BlockList, isIP } from "node:net";
import { test } from "node:test";
import { addressBytes, isLoopback } from "../../../src/config/address-bytes.ts";

function hex(text: string): string | undefined {
  const bytes = addressBytes(text);
  return bytes && Buffer.from(bytes).toString("hex");
}

test("every way to write an IPv6 address gives the same bytes", () => {
  const same = ["2001:db8:0:0:0:0:c000:201", "2001:db8::c000:201", "2001:DB8::192.0.2.1"];
  for (const text of same) assert.equal(hex(text), "20010db80000000000000000c0000201", text);
  assert.equal(hex("::"), "0".repeat(32));
  assert.equal(hex("1::"), `0001${"0".repeat(28)}`);
  assert.equal(hex("::1"), `${"0".repeat(31)}1`);
  assert.equal(hex("1:2:3:4:5:6:7::"), "00010002000300040005000600070000");
  assert.equal(hex("::ffff:192.0.2.1"), hex("192.0.2.1"));
});

test("what is no address has no bytes", () => {
  for (const text of [
    "",
    "1",
    "1.2.3",
    "1.2.3.256",
    "::1%lo",
    ":::",
    "1::2::3",
    "g::",
    "a.b.c.d",
  ]) {
    assert.equal(addressBytes(text), undefined, text);
  }
});

test("isLoopback agrees with the platform's block list", () => {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  const addresses = ["127.0.0.1", "127.255.255.255", "128.0.0.1", "126.255.255.255", "0.0.0.0"];
  for (const text of [...addresses, "::1", "::", "::2", "1::1", "fe80::1", "::127.0.0.1"]) {
    const family = isIP(text) === 4 ? "ipv4" : "ipv6";
    assert.equal(isLoopback(addressBytes(text)!), list.check(text, family), text);
  }
  assert.equal(isLoopback(addressBytes("::ffff:127.0.0.1")!), true);
});
