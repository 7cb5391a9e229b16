// The test vectors of RFC 9460, appendix D.2, and the keys that they leave out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { svcbText } from "../../../src/commands/svcb-text.ts";

const FOO_ORG = "03666f6f076578616d706c65036f726700";
const FOO_COM = "03666f6f076578616d706c6503636f6d00";

const VECTORS: [hex: string, text: string][] = [
  [`0000${FOO_COM}`, "0 foo.example.com."],
  ["000100", "1 ."],
  [`0010${FOO_COM}000300020035`, "16 foo.example.com. port=53"],
  [`0001${FOO_COM}029b000568656c6c6f`, '1 foo.example.com. key667="hello"'],
  [`0001${FOO_COM}029b000968656c6c6fd2716f6f`, '1 foo.example.com. key667="hello\\210qoo"'],
  [
    `0001${FOO_COM}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
  ],
  [
    `0010${FOO_ORG}000000040001000400010009026832056833` + "2d313900040004c0000201",
    '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
  ],
  [
    `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    '16 foo.example.org. alpn="f\\092\\092oo\\092,bar,h2"',
  ],
  [
    "000100" + "000100030268320002000000050003010203000700102f646e732d71756572797b3f646e737d",
    '1 . alpn="h2" no-default-alpn ech=AQID dohpath="/dns-query{?dns}"',
  ],
];

for (const [hex, text] of VECTORS) {
  test(text, () => assert.equal(svcbText(Buffer.from(hex, "hex")), text));
}
