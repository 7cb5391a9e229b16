// Where dns-packet and Hermod read a message differently, and why that is right: each difference
// with a rule that recognises it, a message that shows it, and how often it occurs among captured
// ones.

import { CLASS, TYPE } from "../../../src/wire/constants.ts";
import { read16 } from "../../../src/wire/numbers.ts";
import { QueryView, READ, readQuery } from "../../../src/wire/query-view.ts";
import { readResponse, type ParsedResponse } from "../../../src/wire/read-response.ts";
import type { ResponseFault } from "../../../src/wire/response-fault.ts";
import { hex, joined, message, record, response } from "./compose.ts";
import { peerRead, queryDifference, responseDifference, type PeerReading } from "./peer.ts";

/** One message and what became of it. */
export interface Reading {
  readonly bytes: Uint8Array;
  readonly peer: PeerReading | Error;
  readonly opcode: number;
  readonly isResponse: boolean;
  /** As a query, when it is one: one of READ. */
  readonly read: number;
  /** As a response, when it is one. */
  readonly parsed: ParsedResponse | ResponseFault;
  /** How the two readings differ; undefined when they agree or both refuse. */
  readonly difference: string | undefined;
}

export interface KnownDifference {
  readonly name: string;
  readonly applies: (reading: Reading) => boolean;
  readonly reason: string;
  readonly example: Uint8Array;
  /** Among the captured messages. */
  readonly count: number;
}

/** Types whose RDATA dns-packet hands on as it is, names and all. */
const OPAQUE_TO_PEER: readonly number[] = [
  ...[TYPE.MD, TYPE.MF, TYPE.MB, TYPE.MG, TYPE.MR, TYPE.MINFO],
  ...[TYPE.AFSDB, TYPE.RT, TYPE.SIG, TYPE.PX, TYPE.NXT, TYPE.KX],
];
const NAMED_CLASSES: readonly number[] = [CLASS.IN, 2, CLASS.CH, CLASS.HS, CLASS.ANY];

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: "query of another opcode",
    applies: ({ read }) => read === READ.NOTIMP,
    reason: "answered NOTIMP from the header alone: NOTIFY and UPDATE give the rest other meanings",
    example: message({ flags: 0x2400, qname: "a.", qtype: TYPE.SOA }),
    count: 718,
  },
  {
    name: "response of another opcode",
    applies: ({ isResponse, opcode }) => isResponse && opcode !== 0,
    reason: "no answer to any query that Hermod sends",
    example: message({ flags: 0xa400, qname: "a.", qtype: TYPE.SOA }),
    count: 494,
  },
  {
    name: "trailing bytes",
    applies: ({ bytes, peer }) => !(peer instanceof Error) && peer.end < bytes.length,
    reason: "dns-packet ignores what comes after the last record; a message must end there",
    example: joined(response({}), hex("00")),
    count: 47,
  },
  {
    name: "no question",
    applies: ({ bytes, parsed }) => parsed === "question" && read16(bytes, 4) === 0,
    reason: "a response that does not say what it answers matches no query",
    example: message({ flags: 0x8181 }),
    count: 2,
  },
  {
    name: "class without a name",
    applies: ({ bytes, peer }) =>
      !(peer instanceof Error) && !NAMED_CLASSES.includes(questionClass(bytes) ?? CLASS.IN),
    reason: "dns-packet writes a class that it has no name for as 0",
    example: message({ flags: 0x0100, qname: "a.", qclass: 10 }),
    count: 16,
  },
  {
    name: "compressed name in a type that dns-packet does not know",
    applies: ({ parsed }) =>
      typeof parsed !== "string" &&
      parsed.records.some(({ type }) => OPAQUE_TO_PEER.includes(type)),
    reason:
      "RFC 3597 §4 has these names understood and written out; dns-packet leaves the pointers",
    example: response({ answers: [record(hex("c00c"), TYPE.MB, hex("c010"))] }),
    count: 24,
  },
  {
    name: "DNSKEY protocol other than 3",
    applies: ({ peer }) => peer instanceof Error && peer.message === "Protocol must be 3",
    reason: "RFC 4034 §2.1.2 has validators treat such a key as invalid, not the message",
    example: response({ answers: [record(hex("c00c"), TYPE.DNSKEY, hex("0101 02 0d c0ff"))] }),
    count: 2,
  },
];

/** Undefined when the message ends before it. */
function questionClass(bytes: Uint8Array): number | undefined {
  let at = 12;
  while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
  if (at + 5 > bytes.length) return undefined;
  return read16(bytes, at + 3);
}

/** Reads `bytes` both ways, as a query or as a response, whichever it says it is. */
export function readBothWays(bytes: Uint8Array): Reading {
  const view = new QueryView();
  const peer = peerRead(bytes);
  const isResponse = bytes.length >= 12 && (bytes[2]! & 0x80) !== 0;
  const read = isResponse ? READ.DROP : readQuery(bytes, 0, bytes.length, view);
  const parsed = isResponse ? readResponse(bytes) : "not-a-response";
  const difference = isResponse
    ? differenceOfResponse(bytes, parsed, peer)
    : differenceOfQuery(bytes, read, view, peer);
  return { bytes, peer, opcode: (bytes[2]! >> 3) & 15, isResponse, read, parsed, difference };
}

function differenceOfQuery(
  bytes: Uint8Array,
  read: number,
  view: QueryView,
  peer: PeerReading | Error,
): string | undefined {
  const accepted = read === READ.OK || read === READ.BADVERS;
  if (!accepted) return peer instanceof Error ? undefined : `refused: ${read}`;
  if (peer instanceof Error) return `accepted; dns-packet: ${peer.message}`;
  return queryDifference(bytes, view, peer);
}

function differenceOfResponse(
  bytes: Uint8Array,
  parsed: ParsedResponse | ResponseFault,
  peer: PeerReading | Error,
): string | undefined {
  if (typeof parsed === "string") return peer instanceof Error ? undefined : `refused: ${parsed}`;
  if (peer instanceof Error) return `accepted; dns-packet: ${peer.message}`;
  return responseDifference(bytes, parsed, peer);
}
