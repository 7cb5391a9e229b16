// Makes of an upstream's response the one that is kept and relayed: only what answers the question,
// in the form that docs/architecture.md gives the stored response. Nothing of the upstream's bytes
// is handed on that was not read and written anew.

import { FLAG, HEADER_LENGTH } from "./constants.ts";
import { isNameAt } from "./name.ts";
import { read32 } from "./numbers.ts";
import type { Question } from "./question.ts";
import { type ResponseRecord, ResponseWalk } from "./read-response.ts";
import { recordKey } from "./record-key.ts";
import type { ExtendedError } from "./response-edns.ts";
import type { ResponseFault } from "./response-fault.ts";
import { ResponseWriter } from "./response-writer.ts";
import { selectRecords, type ResponseKind, type Selection } from "./select-records.ts";

/** Longest life of a negative response in seconds (RFC 2308 §5 advises one to three hours). */
export const NEGATIVE_TTL_CAP = 10_800;

export interface NormalizeOptions {
  /** The upstream's AD bit may be believed: it came over an authenticated connection. */
  readonly authenticated: boolean;
  /** False: names are written out, owners too, to measure what compression is worth. */
  readonly compressesNames?: boolean;
}

export interface NormalizedResponse {
  /**
   * ID 0, QR, RD and RA set and no other flag, the low four bits of the rcode; the question in
   * lower case at offset 12; no OPT record. A buffer of its own, exactly as long as the response.
   */
  readonly bytes: Uint8Array;
  /** Offsets in `bytes` of the records' TTLs, in order. */
  readonly ttlOffsets: Uint16Array;
  /** All 12 bits. */
  readonly rcode: number;
  readonly kind: ResponseKind;
  /**
   * The least TTL of `bytes`; of a negative response at most the cap, and 0 without an SOA or for a
   * failure.
   */
  readonly ttlSeconds: number;
  /** AD was set and the upstream is authenticated; never for a failure. */
  readonly authenticData: boolean;
  readonly ede: ExtendedError | undefined;
}

const walk = new ResponseWalk();
const writer = new ResponseWriter();

/** `question`: what was asked, its qname in lower case. `message` is neither changed nor kept. */
export function normalizeResponse(
  message: Uint8Array,
  question: Question,
  options: NormalizeOptions,
): NormalizedResponse | ResponseFault {
  const fault = walk.read(message);
  if (fault !== undefined) return fault;
  if (!answersQuestion(message, question)) return "question-mismatch";
  if ((walk.flags & FLAG.TC) !== 0) return "truncated";
  const selection = selectRecords(message, walk, question);
  if (selection === undefined) return "chain";
  const { answers, authorities, kind } = selection;
  writer.begin(FLAG.QR | FLAG.RD | FLAG.RA | (walk.rcode & 15), question, options.compressesNames);
  const seen = answers.length + authorities.length > 1 ? new Set<string>() : undefined;
  const anCount = writeRecords(message, selection, answers, seen);
  if (anCount < 0) return "too-long";
  const nsCount = writeRecords(message, selection, authorities, seen);
  if (nsCount < 0) return "too-long";
  const authentic = options.authenticated && (walk.flags & FLAG.AD) !== 0;
  const bytes = writer.finish(anCount, nsCount);
  const ttlOffsets = writer.ttlOffsets();
  return {
    bytes,
    ttlOffsets,
    rcode: walk.rcode,
    kind,
    ttlSeconds: lifetimeSeconds(bytes, ttlOffsets, selection),
    authenticData: authentic && kind !== "failure",
    ede: walk.edns?.ede,
  };
}

function answersQuestion(message: Uint8Array, { qname, qtype, qclass }: Question): boolean {
  if (walk.qtype !== qtype || walk.qclass !== qclass) return false;
  return isNameAt(message, HEADER_LENGTH, qname, 0);
}

/** Returns how many were written, each record once; −1 when the response has grown too long. */
function writeRecords(
  message: Uint8Array,
  selection: Selection,
  records: readonly ResponseRecord[],
  seen: Set<string> | undefined,
): number {
  let count = 0;
  for (const record of records) {
    if (seen !== undefined && isRepeated(message, record, seen)) continue;
    if (!writer.writeRecord(message, record, shownTtl(message, selection, record))) return -1;
    count++;
  }
  return count;
}

function isRepeated(message: Uint8Array, record: ResponseRecord, seen: Set<string>): boolean {
  const countBefore = seen.size;
  return seen.add(recordKey(message, record)).size === countBefore;
}

/** RFC 2308 §5: the SOA of a negative response shows how long the response lives. */
function shownTtl(message: Uint8Array, { soa }: Selection, record: ResponseRecord): number {
  const ttl = saneTtl(record.ttl);
  if (record !== soa) return ttl;
  const minimum = saneTtl(read32(message, record.rdataOffset + record.rdataLength - 4));
  return Math.min(ttl, minimum, NEGATIVE_TTL_CAP);
}

/** RFC 2181 §8: a TTL with its highest bit set counts as 0. */
function saneTtl(ttl: number): number {
  return ttl >= 0x8000_0000 ? 0 : ttl;
}

function lifetimeSeconds(bytes: Uint8Array, ttlOffsets: Uint16Array, selection: Selection): number {
  const positive = selection.kind === "positive";
  if (!positive && selection.soa === undefined) return 0;
  let least = positive ? Infinity : NEGATIVE_TTL_CAP;
  for (let i = 0; i < ttlOffsets.length; i++) {
    least = Math.min(least, read32(bytes, ttlOffsets[i]!));
  }
  return least;
}
