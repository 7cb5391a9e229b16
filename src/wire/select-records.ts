// Chooses the records of a response that answer its question; all others are left behind, so that
// no upstream can put a record that was not asked for into the cache or before a client.

import { followChain, type AnswerChain } from "./answer-chain.ts";
import { RCODE, TYPE } from "./constants.ts";
import { isAtOrBelow, isNameAt, sameName } from "./name.ts";
import { read16 } from "./numbers.ts";
import type { Question } from "./question.ts";
import {
  lowerName,
  type ParsedResponse,
  type ResponseRecord,
  type Section,
} from "./read-response.ts";

/**
 * positive: there is data for the qtype; nodata: the name has none (RFC 2308 §2.2), a referral
 * included; nxdomain: there is no such name; failure: any other rcode.
 */
export type ResponseKind = "positive" | "nodata" | "nxdomain" | "failure";

export interface Selection {
  readonly kind: ResponseKind;
  /** In the order they came. */
  readonly answers: readonly ResponseRecord[];
  readonly authorities: readonly ResponseRecord[];
  /** The one of `authorities` that a negative response is timed by. */
  readonly soa: ResponseRecord | undefined;
}

/** Where the signer's name starts in an RRSIG's RDATA (RFC 4034 §3.1). */
const SIGNER_OFFSET = 18;
/** More zones than a chain of aliases passes through. */
const MAX_ZONES = 18;

const NO_RECORDS: readonly ResponseRecord[] = [];
const NO_ZONES: readonly Uint8Array[] = [];

/** Undefined when the answer's aliases loop or are too many. */
export function selectRecords(
  message: Uint8Array,
  { rcode, records }: Pick<ParsedResponse, "rcode" | "records">,
  question: Question,
): Selection | undefined {
  if (rcode === RCODE.NOERROR && isPlain(message, records, question)) {
    return { kind: "positive", answers: records, authorities: NO_RECORDS, soa: undefined };
  }
  const denied = rcode === RCODE.NXDOMAIN;
  if (rcode !== RCODE.NOERROR && !denied) {
    return { kind: "failure", answers: NO_RECORDS, authorities: NO_RECORDS, soa: undefined };
  }
  const candidates = recordsOf(records, "answer", question.qclass);
  const chain = followChain(message, candidates, question, denied);
  if (chain === undefined) return undefined;
  const answers = ofChain(message, candidates, chain, question.qtype);
  const below = recordsOf(records, "authority", question.qclass);
  const soa = chain.answered ? undefined : findSoa(message, below, chain.last);
  const zones = provingZones(message, answers, soa);
  const authorities = zones.length === 0 ? NO_RECORDS : proofsOf(message, below, soa, zones);
  const kind = denied ? "nxdomain" : chain.answered ? "positive" : "nodata";
  return { kind, answers, authorities, soa };
}

/**
 * Whether the records are the RRset that was asked for and nothing else, as in most responses: then
 * there is nothing to follow and nothing to leave behind.
 */
function isPlain(
  message: Uint8Array,
  records: readonly ResponseRecord[],
  { qname, qtype, qclass }: Question,
): boolean {
  if (records.length === 0) return false;
  for (const { section, type, class: recordClass, ownerOffset } of records) {
    if (section !== "answer" || type !== qtype || recordClass !== qclass) return false;
    if (!isNameAt(message, ownerOffset, qname, 0)) return false;
  }
  return true;
}

// What follows makes an array only of what it finds: most responses hold one record.

function recordsOf(
  records: readonly ResponseRecord[],
  section: Section,
  qclass: number,
): readonly ResponseRecord[] {
  let found: ResponseRecord[] | undefined;
  for (const record of records) {
    if (record.section === section && record.class === qclass) (found ??= []).push(record);
  }
  return found ?? NO_RECORDS;
}

function ofChain(
  message: Uint8Array,
  candidates: readonly ResponseRecord[],
  chain: AnswerChain,
  qtype: number,
): readonly ResponseRecord[] {
  let found: ResponseRecord[] | undefined;
  for (const record of candidates) {
    if (isOfChain(message, record, chain, qtype)) (found ??= []).push(record);
  }
  return found ?? NO_RECORDS;
}

function proofsOf(
  message: Uint8Array,
  below: readonly ResponseRecord[],
  soa: ResponseRecord | undefined,
  zones: readonly Uint8Array[],
): readonly ResponseRecord[] {
  return below.filter((record) => isProof(message, record, soa, zones));
}

/** An RRSIG goes with the RRset it covers. */
function coveredType(message: Uint8Array, record: ResponseRecord): number {
  return record.type === TYPE.RRSIG ? read16(message, record.rdataOffset) : record.type;
}

function isOfChain(
  message: Uint8Array,
  record: ResponseRecord,
  chain: AnswerChain,
  qtype: number,
): boolean {
  const { ownerOffset } = record;
  const type = coveredType(message, record);
  const wanted = type === qtype || record.type === qtype || qtype === TYPE.ANY;
  if (chain.answered && wanted && isNameAt(message, ownerOffset, chain.last, 0)) return true;
  const signs = record.type === TYPE.RRSIG;
  if (type === TYPE.CNAME) {
    return chain.links.some(({ cname, owner }) =>
      signs ? isNameAt(message, ownerOffset, owner, 0) : record === cname,
    );
  }
  if (type === TYPE.DNAME) {
    return chain.dnames.some((dname) =>
      signs ? isNameAt(message, ownerOffset, dname.owner, 0) : record === dname.record,
    );
  }
  return false;
}

/** The first SOA that can speak for the name: its owner is at or above it. */
function findSoa(
  message: Uint8Array,
  authorities: readonly ResponseRecord[],
  name: Uint8Array,
): ResponseRecord | undefined {
  return authorities.find(
    ({ type, ownerOffset }) =>
      type === TYPE.SOA && isAtOrBelow(name, 0, lowerName(message, ownerOffset), 0),
  );
}

/**
 * The zones whose proofs belong to the response: that of the SOA, and those that signed the answer
 * (a wildcard's expansion needs one, RFC 4035 §3.1.3.3).
 */
function provingZones(
  message: Uint8Array,
  answers: readonly ResponseRecord[],
  soa: ResponseRecord | undefined,
): readonly Uint8Array[] {
  let zones = soa === undefined ? NO_ZONES : [lowerName(message, soa.ownerOffset)];
  for (const record of answers) {
    if (record.type !== TYPE.RRSIG || zones.length === MAX_ZONES) continue;
    const signer = lowerName(message, record.rdataOffset + SIGNER_OFFSET);
    if (zones.some((zone) => sameName(zone, 0, signer, 0))) continue;
    if (isAtOrBelow(lowerName(message, record.ownerOffset), 0, signer, 0)) {
      zones = [...zones, signer];
    }
  }
  return zones;
}

function isProof(
  message: Uint8Array,
  record: ResponseRecord,
  soa: ResponseRecord | undefined,
  zones: readonly Uint8Array[],
): boolean {
  if (record === soa) return true;
  const type = coveredType(message, record);
  if (type === TYPE.SOA) {
    if (record.type !== TYPE.RRSIG || soa === undefined) return false;
    return isNameAt(message, record.ownerOffset, zones[0]!, 0);
  }
  if (type !== TYPE.NSEC && type !== TYPE.NSEC3) return false;
  const owner = lowerName(message, record.ownerOffset);
  return zones.some((zone) => isAtOrBelow(owner, 0, zone, 0));
}
