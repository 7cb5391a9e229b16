import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressToWords } from "../../../src/listener/address-words.ts";
import {
  PROXY_BROKEN,
  PROXY_MORE,
  ProxyHeaderReader,
} from "../../../src/listener/proxy-protocol.ts";

const SIGNATURE = "0d0a0d0a000d0a515549540a";
const IPV4_ADDRESSES = "c0000201" + "c6336407" + "dc04" + "0035";
const IPV6_ADDRESSES =
  "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "dc04" + "0355";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const line = (text: string): Uint8Array => new Uint8Array(Buffer.from(`${text}\r\n`, "latin1"));
const v2 = (command: string, family: string, rest: string): Uint8Array =>
  hex(SIGNATURE + command + family + (rest.length / 2).toString(16).padStart(4, "0") + rest);
/** A TLV of type NOOP with `length` bytes in all. */
const noop = (length: number): string =>
  "04" + (length - 3).toString(16).padStart(4, "0") + "aa".repeat(length - 3);

interface Vector {
  readonly name: string;
  readonly header: Uint8Array;
  /** Undefined: the connection's own address counts. */
  readonly address: string | undefined;
}

const WHOLE: readonly Vector[] = [
  {
    name: "v1 TCP4",
    header: line("PROXY TCP4 192.0.2.1 198.51.100.7 56324 53"),
    address: "192.0.2.1",
  },
  {
    name: "v1 TCP4, the longest",
    header: line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535"),
    address: "255.255.255.255",
  },
  { name: "v1 TCP6", header: line("PROXY TCP6 2001:db8::1 ::1 56324 0"), address: "2001:db8::1" },
  {
    name: "v1 TCP6, the longest",
    header: line(`PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535`),
    address: `${"ffff:".repeat(7)}ffff`,
  },
  { name: "v1 UNKNOWN, short", header: line("PROXY UNKNOWN"), address: undefined },
  {
    name: "v1 UNKNOWN, the longest line there is",
    header: line(`PROXY UNKNOWN ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535`),
    address: undefined,
  },
  { name: "v2 TCP over IPv4", header: v2("21", "11", IPV4_ADDRESSES), address: "192.0.2.1" },
  { name: "v2 UDP over IPv4", header: v2("21", "12", IPV4_ADDRESSES), address: "192.0.2.1" },
  { name: "v2 TCP over IPv6", header: v2("21", "21", IPV6_ADDRESSES), address: "2001:db8::1" },
  {
    name: "v2 with a TLV",
    header: v2("21", "11", IPV4_ADDRESSES + noop(7)),
    address: "192.0.2.1",
  },
  {
    name: "v2 with 536 bytes and more",
    header: v2("21", "21", IPV6_ADDRESSES + noop(501)),
    address: "2001:db8::1",
  },
  {
    name: "v2 with the longest that is read",
    header: v2("21", "11", IPV4_ADDRESSES + noop(4096 - 12)),
    address: "192.0.2.1",
  },
  { name: "v2 LOCAL", header: v2("20", "00", ""), address: undefined },
  {
    name: "v2 LOCAL with addresses, which do not count",
    header: v2("20", "11", IPV4_ADDRESSES + noop(9)),
    address: undefined,
  },
  { name: "v2 UNSPEC", header: v2("21", "00", ""), address: undefined },
  { name: "v2 UNSPEC with something", header: v2("21", "00", noop(20)), address: undefined },
  { name: "v2 UNIX", header: v2("21", "31", "2f".repeat(216)), address: undefined },
  {
    name: "v2 IPv4 without a protocol",
    header: v2("21", "10", IPV4_ADDRESSES),
    address: undefined,
  },
];

const BROKEN: readonly { name: string; header: Uint8Array }[] = [
  { name: "a DNS message", header: hex("001d00000100000100000000000003777777") },
  { name: "TLS", header: hex("1603010200010001fc0303") },
  { name: "HTTP", header: line("POST /dns-query HTTP/1.1") },
  { name: "v1 in lower case", header: line("proxy TCP4 192.0.2.1 192.0.2.2 1 2") },
  { name: "v1 that ends with LF alone", header: hex("50524f585920554e4b4e4f574e0a") },
  { name: "v1 over 107 bytes", header: line(`PROXY UNKNOWN ${"x".repeat(92)}`) },
  { name: "v1 of another family", header: line("PROXY UDP4 192.0.2.1 192.0.2.2 1 2") },
  { name: "v1 UNKNOWN run on", header: line("PROXY UNKNOWNS") },
  { name: "v1 without ports", header: line("PROXY TCP4 192.0.2.1 192.0.2.2") },
  { name: "v1 with something behind", header: line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3") },
  { name: "v1 with two spaces", header: line("PROXY TCP4  192.0.2.1 192.0.2.2 1 2") },
  { name: "v1 with a port over 65535", header: line("PROXY TCP4 192.0.2.1 192.0.2.2 1 65536") },
  { name: "v1 with a leading zero", header: line("PROXY TCP4 192.0.2.01 192.0.2.2 1 2") },
  { name: "v1 with a short address", header: line("PROXY TCP4 192.0.2 192.0.2.2 1 2") },
  { name: "v1 with a broken destination", header: line("PROXY TCP4 192.0.2.1 192.0.2.256 1 2") },
  { name: "v1 TCP4 with IPv6", header: line("PROXY TCP4 2001:db8::1 ::1 1 2") },
  { name: "v1 TCP6 with IPv4", header: line("PROXY TCP6 192.0.2.1 192.0.2.2 1 2") },
  { name: "v1 TCP6 with a zone", header: line("PROXY TCP6 fe80::1%eth0 ::1 1 2") },
  { name: "v2 of version 1", header: v2("11", "11", IPV4_ADDRESSES) },
  { name: "v2 with command 2", header: v2("22", "11", IPV4_ADDRESSES) },
  { name: "v2 with family 4", header: v2("21", "41", IPV4_ADDRESSES) },
  { name: "v2 with protocol 3", header: v2("21", "13", IPV4_ADDRESSES) },
  { name: "v2 IPv4 with 11 bytes", header: v2("21", "11", IPV4_ADDRESSES.slice(2)) },
  { name: "v2 IPv6 with 35 bytes", header: v2("21", "21", IPV6_ADDRESSES.slice(2)) },
  { name: "v2 over the bound", header: v2("21", "11", IPV4_ADDRESSES + noop(4097 - 12)) },
  { name: "a signature that goes wrong at its end", header: hex("0d0a0d0a000d0a515549540b") },
];

/** Reads the pieces in turn; what the last one that was needed gave, and how many bytes went in all. */
function readAll(pieces: readonly Uint8Array[]): {
  reader: ProxyHeaderReader;
  state: number;
  taken: number;
} {
  const reader = new ProxyHeaderReader();
  let taken = 0;
  for (const piece of pieces) {
    const state = reader.read(piece);
    if (state !== PROXY_MORE) return { reader, state, taken: taken + Math.max(0, state) };
    taken += piece.length;
  }
  return { reader, state: PROXY_MORE, taken };
}

function holdTo(vector: Vector, pieces: readonly Uint8Array[], what: string): void {
  const { reader, state, taken } = readAll(pieces);
  assert.ok(state >= 0, `${vector.name}, ${what}: ${state}`);
  assert.equal(taken, vector.header.length, `${vector.name}, ${what}: length`);
  const expected = vector.address === undefined ? undefined : addressToWords(vector.address);
  assert.deepEqual(reader.address, expected, `${vector.name}, ${what}: address`);
}

describe("a PROXY protocol header", () => {
  const data = hex("001d000001000001");

  for (const vector of WHOLE) {
    const { header, name } = vector;

    test(`${name}: is read whole, and nothing of what follows`, () => {
      holdTo(vector, [header], "alone");
      holdTo(vector, [new Uint8Array([...header, ...data])], "with data");
      holdTo(vector, [new Uint8Array([...header, ...header])], "twice: once");
    });

    test(`${name}: is read from every cut of the stream`, () => {
      const stream = new Uint8Array([...header, ...data]);
      for (let cut = 1; cut < header.length; cut++) {
        assert.equal(readAll([header.slice(0, cut)]).state, PROXY_MORE, `${name} up to ${cut}`);
        holdTo(vector, [stream.slice(0, cut), stream.slice(cut)], `cut at ${cut}`);
      }
      const bytes = Array.from(stream, (byte) => Uint8Array.of(byte));
      holdTo(vector, bytes, "byte by byte");
    });
  }

  for (const { header, name } of BROKEN) {
    test(`${name}: is none, from every cut of the stream`, () => {
      assert.equal(readAll([header]).state, PROXY_BROKEN);
      for (let cut = 1; cut < header.length; cut++) {
        const pieces = [header.slice(0, cut), header.slice(cut)];
        assert.equal(readAll(pieces).state, PROXY_BROKEN, `cut at ${cut}`);
      }
    });
  }

  test("is recognized as none at the first byte that is wrong", () => {
    assert.equal(readAll([hex("00")]).state, PROXY_BROKEN);
    assert.equal(readAll([hex("50524f585a")]).state, PROXY_BROKEN);
    assert.equal(readAll([hex("0d0a0d0b")]).state, PROXY_BROKEN);
  });

  test("needs no more than one byte at a time, and takes nothing of an empty piece", () => {
    assert.equal(new ProxyHeaderReader().read(new Uint8Array(0)), PROXY_MORE);
  });
});
