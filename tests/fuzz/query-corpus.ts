// The queries that mutants are made of: generated ones of every kind that a resolver meets, and,
// where HERMOD_TEST_DATA names a folder with packets.tar.gz, the queries of that archive.

import * as dnsPacket from "dns-packet";
import { dataPath, readTarGz } from "../data-sets.ts";
import type { Random } from "./random.ts";

const TYPES = ["A", "AAAA", "TXT", "MX", "NS", "SOA", "PTR", "SRV", "CNAME", "DS", "ANY", "AXFR"];
/** Types that dns-packet does not name. */
const TYPE_NUMBERS = [0, 41, 64, 65, 128, 250, 257, 65_535];
const SUFFIXES = ["example", "test", "localhost", "168.192.in-addr.arpa", "resolver.arpa", ""];
const OPTION_CODES = [3, 8, 9, 11, 12, 14, 15, 16, 65_001];
const RD = 0x0100;
const AD_CD = [0, 0x0010, 0x0020, 0x0030];

/** `names`: names to be asked for now and then, such as those that are cached. */
export function generateQueries(
  random: Random,
  count: number,
  names: readonly string[],
): Uint8Array[] {
  return Array.from({ length: count }, () => generateQuery(random, names));
}

function generateQuery(random: Random, names: readonly string[]): Uint8Array {
  const name = names.length > 0 && random.oneIn(2) ? random.pick(names) : randomName(random);
  const flags = random.pick(AD_CD) | (random.oneIn(8) ? 0 : RD);
  const query = encode({
    type: "query",
    id: random.below(65_536),
    flags,
    questions: random.oneIn(20) ? [] : [{ type: random.pick(TYPES), name, class: "IN" }],
    authorities: random.oneIn(40) ? [soa(name)] : [],
    additionals: random.oneIn(4) ? [] : [opt(random)],
  });
  if (random.oneIn(6)) setType(random, query);
  return query;
}

function randomName(random: Random): string {
  const labels = Array.from({ length: random.below(5) }, () => randomLabel(random));
  return [...labels, random.pick(SUFFIXES)].filter((label) => label !== "").join(".") || ".";
}

function randomLabel(random: Random): string {
  const length = 1 + (random.oneIn(10) ? random.below(63) : random.below(8));
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return Array.from({ length }, () => random.pick([...letters])).join("");
}

function opt(random: Random): unknown {
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: random.pick([0, 512, 1232, 1400, 4096, 65_535]),
    ednsVersion: random.oneIn(20) ? 1 : 0,
    flags: random.oneIn(2) ? dnsPacket.DNSSEC_OK : 0,
    options: Array.from({ length: random.below(4) }, () => option(random)),
  };
}

function option(random: Random): unknown {
  if (random.oneIn(2)) {
    const length = random.pick([8, 8, 16, 24, 40, 7, 41]);
    return { code: 10, data: Buffer.from(random.bytes(length)) };
  }
  // Code and data as they stand: dns-packet would make its own of the codes that it knows.
  return { code: random.pick(OPTION_CODES), data: Buffer.from(random.bytes(random.below(12))) };
}

function soa(name: string): unknown {
  const data = {
    mname: "ns",
    rname: "who",
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 1,
  };
  return { type: "SOA", name, ttl: 1, data };
}

/** Puts a type or class in the question's place that dns-packet would not write. */
function setType(random: Random, query: Uint8Array): void {
  const end = questionEnd(query);
  if (end === 0) return;
  const type = random.pick(TYPE_NUMBERS);
  query[end - 4] = type >> 8;
  query[end - 3] = type & 0xff;
  if (random.oneIn(2)) query[end - 1] = random.pick([3, 4, 254, 255]);
}

/**
 * Offset after the question of a query as it is read by the book: one question, its name
 * uncompressed, of at most 255 bytes and labels of at most 63; 0 when there is none such.
 */
export function questionEnd(query: Uint8Array): number {
  if (query.length < 12 || query[4] !== 0 || query[5] !== 1) return 0;
  let at = 12;
  while (at < query.length && query[at]! !== 0) {
    if (query[at]! > 63) return 0;
    at += 1 + query[at]!;
  }
  if (at + 1 - 12 > 255 || at + 5 > query.length) return 0;
  return at + 5;
}

/** The archive's queries; none without it. */
export function recordedQueries(): Uint8Array[] {
  return recordedMessages().filter((message) => (message[2]! & 0x80) === 0);
}

/** The archive's responses; none without it. */
export function recordedResponses(): Uint8Array[] {
  return recordedMessages().filter((message) => (message[2]! & 0x80) !== 0);
}

function recordedMessages(): Uint8Array[] {
  const path = dataPath("packets.tar.gz");
  if (path === undefined) return [];
  return [...readTarGz(path)].map((file) => file.bytes).filter((bytes) => bytes.length >= 12);
}

export function encode(packet: Record<string, unknown>): Uint8Array {
  return new Uint8Array(dnsPacket.encode(packet as unknown as dnsPacket.Packet));
}
