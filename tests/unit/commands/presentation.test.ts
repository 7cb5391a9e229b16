import assert from "node:assert/strict";
import { test } from "node:test";
import {
  presentAddress,
  presentBase32Hex,
  presentBase64,
  presentHex,
  presentName,
  presentString,
  presentTime,
  presentUnknown,
} from "../../../src/commands/presentation.ts";

test("names end in a dot and hold printable characters alone", () => {
  assert.equal(presentName("."), ".");
  assert.equal(presentName("Www.example"), "Www.example.");
  assert.equal(presentName("a b\u001b\\"), "a\\032b\\027\\092.");
  assert.equal(presentName("grün"), "gr\\195\\188n.");
  assert.equal(presentName("host\\.master.example"), "host\\.master.example.");
});

test("strings are quoted", () => {
  assert.equal(presentString(Buffer.from("plain text")), '"plain text"');
  assert.equal(presentString(new Uint8Array(0)), '""');
  assert.equal(presentString(Uint8Array.of(0x22, 0x5c, 0, 9, 0xff)), '"\\034\\092\\000\\009\\255"');
});

test("bytes show in the encoding of their type", () => {
  const bytes = Uint8Array.of(0, 0xab, 0xff);
  assert.equal(presentHex(bytes), "00ABFF");
  assert.equal(presentBase64(bytes), "AKv/");
  assert.equal(presentUnknown(bytes), "\\# 3 00ABFF");
  assert.equal(presentUnknown(new Uint8Array(0)), "\\# 0");
});

// RFC 4648 §10, without padding.
test("base 32 has the extended hex alphabet", () => {
  const vectors = ["", "CO", "CPNG", "CPNMU", "CPNMUOG", "CPNMUOJ1", "CPNMUOJ1E8"];
  vectors.forEach((text, length) => {
    assert.equal(presentBase32Hex(Buffer.from("foobar".slice(0, length))), text);
  });
  assert.equal(presentBase32Hex(new Uint8Array(20)), "0".repeat(32));
});

test("times of signatures are UTC", () => {
  assert.equal(presentTime(0), "19700101000000");
  assert.equal(presentTime(1_048_354_263), "20030322173103"); // RFC 4034 §3.3
});

test("addresses are as short as they go", () => {
  assert.equal(presentAddress(Uint8Array.of(192, 0, 2, 1)), "192.0.2.1");
  const bytes = new Uint8Array(16);
  assert.equal(presentAddress(bytes), "::");
  bytes.set([0x20, 0x01, 0x0d, 0xb8]);
  bytes[15] = 1;
  assert.equal(presentAddress(bytes), "2001:db8::1");
});
