// RDATA is valid exactly when it is what its type says, from the first byte to the last.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TYPE } from "../../../src/wire/constants.ts";
import { isRdataValid } from "../../../src/wire/rdata-field.ts";
import { ascii, hex, joined, rrsigRdata, soaRdata, wire } from "./compose.ts";

/** The RDATA lies behind a header and the name "a.test." at offset 12; foreign bytes follow. */
function isValid(type: keyof typeof TYPE | number, rdata: Uint8Array): boolean {
  const before = joined(new Uint8Array(12), wire("a.test."));
  const whole = joined(before, rdata, hex("0000000000"));
  const number = typeof type === "number" ? type : TYPE[type];
  return isRdataValid(whole, before.length, rdata.length, number);
}

const POINTER = hex("c00c");
const NAME = wire("b.test.");
const any = (length: number) => new Uint8Array(length).fill(7);

/** For each type RDATA that is valid and whose every prefix is not, nor with one byte more. */
const EXACT: readonly (readonly [keyof typeof TYPE, Uint8Array])[] = [
  ["A", any(4)],
  ["AAAA", any(16)],
  ["NS", NAME],
  ["MD", NAME],
  ["MF", NAME],
  ["CNAME", NAME],
  ["CNAME", POINTER],
  ["MB", NAME],
  ["MG", NAME],
  ["MR", NAME],
  ["PTR", joined(hex("0161"), POINTER)],
  ["DNAME", NAME],
  ["SOA", soaRdata("ns.test.", "root.test.", 60)],
  ["MINFO", joined(NAME, POINTER)],
  ["MX", joined(hex("000a"), NAME)],
  ["HINFO", joined(hex("03"), ascii("CPU"), hex("02"), ascii("OS"))],
  ["RP", joined(NAME, NAME)],
  ["AFSDB", joined(hex("0001"), NAME)],
  ["X25", joined(hex("04"), ascii("1234"))],
  ["RT", joined(hex("0001"), NAME)],
  ["PX", joined(hex("0001"), NAME, NAME)],
  ["SRV", joined(hex("0001 0002 0035"), POINTER)],
  ["NAPTR", joined(hex("0001 0002 01 61 02 6262 00"), NAME)],
  ["KX", joined(hex("0001"), NAME)],
  ["NSEC3PARAM", hex("01 00 0000 02 abcd")],
  ["EUI48", any(6)],
  ["EUI64", any(8)],
];

/** Valid RDATA whose last field may have any length down to the number of bytes given. */
const OPEN_ENDED: readonly (readonly [keyof typeof TYPE, Uint8Array, number])[] = [
  ["WKS", any(8), 5],
  ["KEY", any(8), 4],
  ["SIG", rrsigRdata(1, "a."), 21],
  ["NXT", joined(NAME, any(3)), 8],
  ["CERT", any(9), 5],
  ["DS", any(24), 4],
  ["SSHFP", any(22), 2],
  ["RRSIG", rrsigRdata(1, "a."), 21],
  ["DNSKEY", any(36), 4],
  ["TLSA", any(35), 3],
  ["SMIMEA", any(35), 3],
  ["CDS", any(5), 4],
  ["CDNSKEY", any(5), 4],
  ["ZONEMD", any(54), 6],
  ["URI", any(12), 4],
  ["CAA", joined(hex("00 05"), ascii("issue"), ascii("ca.test")), 7],
  ["TA", any(24), 4],
  ["DLV", any(24), 4],
];

describe("isRdataValid", () => {
  for (const [type, rdata] of EXACT) {
    test(`${type} is exact`, () => {
      assert.ok(isValid(type, rdata));
      for (let length = 0; length < rdata.length; length++) {
        assert.ok(!isValid(type, rdata.subarray(0, length)), `${length} bytes`);
      }
      assert.ok(!isValid(type, joined(rdata, hex("00"))), "one byte more");
    });
  }

  for (const [type, rdata, least] of OPEN_ENDED) {
    test(`${type} has its fixed fields`, () => {
      for (let length = 0; length <= rdata.length; length++) {
        assert.equal(isValid(type, rdata.subarray(0, length)), length >= least, `${length} bytes`);
      }
    });
  }

  test("names are valid to their last pointer", () => {
    assert.ok(!isValid("CNAME", hex("c014")), "a pointer to itself");
    assert.ok(!isValid("CNAME", hex("c016 0000")), "forward");
    assert.ok(!isValid("CNAME", hex("c002")), "into the header");
    assert.ok(!isValid("MX", hex("000a 41 00")), "reserved label type");
    assert.ok(!isValid("RRSIG", joined(any(18), hex("c0ff"))));
    const long = joined(hex("3f"), any(63));
    assert.ok(!isValid("NS", joined(long, long, long, hex("37"), any(55), POINTER)), "256 bytes");
    assert.ok(isValid("NS", joined(long, long, long, hex("36"), any(54), POINTER)), "255 bytes");
  });

  test("character-strings of TXT, SPF and ISDN fill it, and there is one at least", () => {
    for (const type of ["TXT", "SPF", "ISDN"] as const) {
      assert.ok(isValid(type, hex("00")));
      assert.ok(isValid(type, hex("02 6161 00 01 62")));
      assert.ok(!isValid(type, hex("")));
      assert.ok(!isValid(type, hex("02 61")));
      assert.ok(!isValid(type, hex("00 02 61")));
    }
  });

  test("type bitmaps of NSEC, NSEC3 and CSYNC are in order and of sane length", () => {
    const frames = {
      NSEC: NAME,
      NSEC3: hex("01 00 000a 01 aa 02 bbbb"),
      CSYNC: any(6),
    };
    for (const [type, fixed] of Object.entries(frames)) {
      const isBitmapValid = (digits: string) =>
        isValid(type as keyof typeof frames, joined(fixed, hex(digits)));
      assert.ok(isBitmapValid(""));
      assert.ok(isBitmapValid("00 01 40"));
      assert.ok(isBitmapValid("00 02 0001 01 01 40 ff 20" + "11".repeat(32)));
      assert.ok(!isBitmapValid("00"), "no length");
      assert.ok(!isBitmapValid("00 00"), "empty window");
      assert.ok(!isBitmapValid("00 21" + "11".repeat(33)), "window of 33");
      assert.ok(!isBitmapValid("00 02 40"), "cut off");
      assert.ok(!isBitmapValid("01 01 40 00 01 40"), "descending");
      assert.ok(!isBitmapValid("01 01 40 01 01 40"), "twice");
    }
  });

  test("service parameters of SVCB and HTTPS are in order and exact", () => {
    for (const type of ["SVCB", "HTTPS"] as const) {
      const isWithParameters = (digits: string) =>
        isValid(type, joined(hex("0001"), NAME, hex(digits)));
      assert.ok(isWithParameters(""));
      assert.ok(isWithParameters("0001 0003 026832"));
      assert.ok(isWithParameters("0001 0003 026832 0003 0002 01bb fff0 0000"));
      assert.ok(!isWithParameters("0001 0003 0268"), "cut off");
      assert.ok(!isWithParameters("0001 00"), "no length");
      assert.ok(!isWithParameters("0003 0002 01bb 0001 0003 026832"), "descending");
      assert.ok(!isWithParameters("0003 0002 01bb 0003 0002 01bb"), "twice");
    }
  });

  test("types that are not known are opaque", () => {
    for (const type of [0, 10, 29, 55, 103, 249, 250, 65_280, 65_535]) {
      assert.ok(isValid(type, hex("")));
      assert.ok(isValid(type, hex("c0 ff ff")));
    }
  });
});
