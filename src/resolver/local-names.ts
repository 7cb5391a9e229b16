// Data plane: no allocation after start.
// Answers the special-use names and ANY, with no upstream. A response's records go straight behind
// the question; negative ones carry the zone's SOA (RFC 2308 §3), its owner a pointer into the qname.

import { RCODE, TYPE } from "../wire/constants.ts";
import { textToName } from "../wire/name-text.ts";
import { write16, write32 } from "../wire/numbers.ts";
import type { AnswerContext } from "./answer-context.ts";
import { LOCAL_ZONE, SPECIAL_ZONES } from "./special-names.ts";
import { ZoneTable } from "./zone-table.ts";

/** TTL of what is answered here: RFC 6303 §3 gives its zones' SOA these 3 hours. */
export const LOCAL_TTL_SECONDS = 10_800;
const SERIAL = 1;
const REFRESH = 3600;
const RETRY = 1200;
const EXPIRE = 604_800;

const IPV4_LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const IPV6_LOOPBACK = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const LOCALHOST: Uint8Array = textToName("localhost");
const NOBODY_INVALID: Uint8Array = textToName("nobody.invalid"); // RNAME, RFC 6303 §3
/** RFC 8482 §4.2: CPU "RFC8482", OS "". */
const RFC_8482 = Uint8Array.of(7, 0x52, 0x46, 0x43, 0x38, 0x34, 0x38, 0x32, 0);

const kinds: Uint8Array = Uint8Array.from(SPECIAL_ZONES, (zone) => zone.kind);
const homeArpa: number = SPECIAL_ZONES.findIndex((zone) => zone.name === "home.arpa");
const zones: ZoneTable = new ZoneTable(SPECIAL_ZONES.map((zone) => textToName(zone.name)));

/** What writeLocal() wrote. */
export const local: { rcode: number; anCount: number; nsCount: number } = {
  rcode: 0,
  anCount: 0,
  nsCount: 0,
};

/** The qname's offset in a CacheKey's bytes. */
const QNAME = 8;

/**
 * The number of the special zone that the context's question belongs to, or -1. A DS query for
 * home.arpa itself goes upstream: its answer lies in the parent zone, and validators need the proof
 * that there is none (RFC 8375 §4).
 */
export function findSpecialZone(context: AnswerContext): number {
  const zone = zones.find(context.key.bytes, QNAME);
  if (zone !== homeArpa || context.query.qtype !== TYPE.DS) return zone;
  return zones.zoneOffset === QNAME ? -1 : zone;
}

/** Writes the records for `zone` behind the question at `at`; returns the body's length. */
export function writeLocal(context: AnswerContext, zone: number, at: number): number {
  const { qtype } = context.query;
  const kind = kinds[zone]!;
  const atApex = zones.zoneOffset === QNAME;
  local.rcode = RCODE.NOERROR;
  if (kind === LOCAL_ZONE.localhost) {
    if (qtype === TYPE.A) return writeAnswer(context, at, TYPE.A, IPV4_LOOPBACK);
    if (qtype === TYPE.AAAA) return writeAnswer(context, at, TYPE.AAAA, IPV6_LOOPBACK);
    return writeNegative(context, at);
  }
  if (atApex && qtype === TYPE.PTR && kind === LOCAL_ZONE.loopbackPointer) {
    return writeAnswer(context, at, TYPE.PTR, LOCALHOST);
  }
  if (!atApex && kind !== LOCAL_ZONE.nodata) local.rcode = RCODE.NXDOMAIN;
  return writeNegative(context, at);
}

/** The minimal answer to ANY (RFC 8482 §4.2). */
export function writeAny(context: AnswerContext, at: number): number {
  return writeAnswer(context, at, TYPE.HINFO, RFC_8482);
}

function writeAnswer(context: AnswerContext, at: number, type: number, rdata: Uint8Array): number {
  const out = context.out.bytes;
  let end = writeRecordHead(context, at, 12, type, rdata.length);
  for (let i = 0; i < rdata.length; i++) out[end++] = rdata[i]!;
  local.anCount = 1;
  local.nsCount = 0;
  return end - context.outOffset;
}

function writeNegative(context: AnswerContext, at: number): number {
  const out = context.out.bytes;
  const owner = 12 + zones.zoneOffset - QNAME;
  let end = writeRecordHead(context, at, owner, TYPE.SOA, 2 + NOBODY_INVALID.length + 20);
  write16(out, end, 0xc000 | owner); // MNAME: the zone itself, RFC 6303 §3
  end += 2;
  for (let i = 0; i < NOBODY_INVALID.length; i++) out[end++] = NOBODY_INVALID[i]!;
  write32(out, end, SERIAL);
  write32(out, end + 4, REFRESH);
  write32(out, end + 8, RETRY);
  write32(out, end + 12, EXPIRE);
  write32(out, end + 16, LOCAL_TTL_SECONDS);
  local.anCount = 0;
  local.nsCount = 1;
  return end + 20 - context.outOffset;
}

/** Owner (a pointer to `owner`), type, class IN, TTL and RDLENGTH; returns where RDATA begins. */
function writeRecordHead(
  context: AnswerContext,
  at: number,
  owner: number,
  type: number,
  rdataLength: number,
): number {
  const out = context.out.bytes;
  write16(out, at, 0xc000 | owner);
  write16(out, at + 2, type);
  write16(out, at + 4, 1);
  write32(out, at + 6, LOCAL_TTL_SECONDS);
  write16(out, at + 10, rdataLength);
  return at + 12;
}
