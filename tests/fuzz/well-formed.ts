// What every response must be, whatever the query was: read by this project's own reader and by
// dns-packet, held against the query's bytes. Each check returns what is wrong, or undefined.

import * as dnsPacket from "dns-packet";
import { FLAG, RCODE } from "../../src/wire/constants.ts";
import { read16 } from "../../src/wire/numbers.ts";
import { type ParsedResponse, readResponse } from "../../src/wire/read-response.ts";
import { questionEnd } from "./query-corpus.ts";

const HEADER_LENGTH = 12;
const OPCODE_MASK = 0x7800;
const COUNTS = { qd: 4, an: 6, ns: 8, ar: 10 } as const;
/** No UDP response is longer, and without EDNS none is longer than MIN_UDP_SIZE. */
const MAX_UDP_SIZE = 1232;
const MIN_UDP_SIZE = 512;

/**
 * Types whose RDATA dns-packet judges by its meaning, and gets out of step when it objects: DNSKEY
 * (protocol 3 only, which RFC 4034 §2.1.2 leaves to validators) and SSHFP (the length by the
 * fingerprint's type).
 */
const NOT_FOR_DNS_PACKET: ReadonlySet<number> = new Set([48, 44]);

/**
 * What dns-packet reads, or what it finds wrong; undefined for what it is no judge of. `response` is
 * one that readResponse() accepts, or has no question.
 */
export function secondOpinion(response: Uint8Array): dnsPacket.DecodedPacket | string | undefined {
  const parsed = readResponse(response);
  const types = typeof parsed === "string" ? [] : parsed.records.map((record) => record.type);
  if (types.some((type) => NOT_FOR_DNS_PACKET.has(type))) return undefined;
  try {
    const decoded = dnsPacket.decode(Buffer.from(response));
    const read = dnsPacket.decode.bytes;
    return read === response.length ? decoded : `dns-packet: ${read} of ${response.length} bytes`;
  } catch (error) {
    return `dns-packet: ${String(error)}`;
  }
}

/** RFC 1035 and CVE-2024-2169: no response to what is no query. */
export function mustBeDropped(query: Uint8Array): boolean {
  return query.length < HEADER_LENGTH || (query[2]! & 0x80) !== 0;
}

/** What is wrong with `response` to `query`; undefined when nothing is. */
export function faultOf(
  query: Uint8Array,
  response: Uint8Array,
  transport: "udp" | "tcp",
): string | undefined {
  return (
    headerFault(query, response) ??
    questionFault(query, response) ??
    formFault(response) ??
    dnsPacketFault(response) ??
    sizeFault(query, response, transport)
  );
}

function headerFault(query: Uint8Array, response: Uint8Array): string | undefined {
  if (response.length < HEADER_LENGTH) return "shorter than a header";
  if (read16(response, 0) !== read16(query, 0)) return "another ID";
  const asked = read16(query, 2);
  const flags = read16(response, 2);
  if ((flags & FLAG.QR) === 0) return "QR=0";
  if (((flags ^ asked) & OPCODE_MASK) !== 0) return "another opcode";
  if (((flags ^ asked) & FLAG.RD) !== 0) return "another RD";
  if ((flags & FLAG.AA) !== 0) return "AA set";
  const rcode = flags & 15;
  const mayHaveRecords = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
  if (!mayHaveRecords && read16(response, COUNTS.an) + read16(response, COUNTS.ns) > 0) {
    return `records with rcode ${rcode}`;
  }
  return undefined;
}

/** The question comes back byte for byte, and only if it could be read. */
function questionFault(query: Uint8Array, response: Uint8Array): string | undefined {
  const count = read16(response, COUNTS.qd);
  if (count > 1) return `QDCOUNT ${count}`;
  if (count === 0) return undefined;
  const end = questionEnd(query);
  if (end === 0) return "an echo of a question that can't be read";
  if (response.length < end) return "half a question";
  for (let i = HEADER_LENGTH; i < end; i++) {
    if (response[i] !== query[i]) return "another question";
  }
  return undefined;
}

function formFault(response: Uint8Array): string | undefined {
  const parsed = readWhole(response);
  if (typeof parsed === "string") return `ill-formed: ${parsed}`;
  if (parsed.end !== response.length) return "bytes after the last record";
  if ((parsed.flags & FLAG.TC) !== 0 && parsed.records.length > 0) return "TC with records";
  const additional = read16(response, COUNTS.ar);
  return additional > 1 ? `ARCOUNT ${additional}` : undefined;
}

/** readResponse() wants a question and opcode QUERY; the rest of such a response is read as if. */
function readWhole(response: Uint8Array): ParsedResponse | string {
  const copy = read16(response, COUNTS.qd) === 0 ? withRootQuestion(response) : response.slice();
  copy[2] = copy[2]! & 0x87;
  const parsed = readResponse(copy);
  if (typeof parsed === "string") return parsed;
  return { ...parsed, end: parsed.end - copy.length + response.length };
}

/** Without a question there is nothing but an OPT record: no pointer can be put out of place. */
function withRootQuestion(response: Uint8Array): Uint8Array {
  const copy = new Uint8Array(response.length + 5);
  copy.set(response.subarray(0, HEADER_LENGTH));
  copy.set([0, 0, 1, 0, 1], HEADER_LENGTH);
  copy.set(response.subarray(HEADER_LENGTH), HEADER_LENGTH + 5);
  copy[5] = 1;
  return copy;
}

function dnsPacketFault(response: Uint8Array): string | undefined {
  const opinion = secondOpinion(response);
  return typeof opinion === "string" ? opinion : undefined;
}

function sizeFault(
  query: Uint8Array,
  response: Uint8Array,
  transport: "udp" | "tcp",
): string | undefined {
  const hasAdditional = query.length >= HEADER_LENGTH && read16(query, COUNTS.ar) > 0;
  if (read16(response, COUNTS.ar) > 0 && !hasAdditional) return "OPT to a query without";
  if (transport === "tcp") return undefined;
  const limit = hasAdditional ? MAX_UDP_SIZE : MIN_UDP_SIZE;
  return response.length > limit ? `${response.length} bytes over UDP` : undefined;
}
