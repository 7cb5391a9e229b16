// dns-packet as the second opinion on messages: what it reads, in the form in which two readings
// can be held against each other. Records are compared as bytes with every name written out, so
// that each field counts.

import { Buffer } from "node:buffer";
import dnsPacket from "dns-packet";
import type {
  Answer,
  DecodedPacket,
  OptAnswer,
  Packet,
  Question as PeerQuestion,
} from "dns-packet";
import { MAX_NAME_LENGTH } from "../../../src/wire/constants.ts";
import { copyName, skipName } from "../../../src/wire/name.ts";
import type { QueryView } from "../../../src/wire/query-view.ts";
import { skipField } from "../../../src/wire/rdata-field.ts";
import { FIELD, rdataLayout } from "../../../src/wire/rdata-layout.ts";
import type { ParsedResponse, ResponseRecord } from "../../../src/wire/read-response.ts";
import { joined, toHex, word16, word32 } from "./compose.ts";

export interface PeerReading {
  readonly packet: DecodedPacket;
  /** How far it read; it does not mind what comes after. */
  readonly end: number;
}

/** What dns-packet reads; the error it throws when it cannot. */
export function peerRead(bytes: Uint8Array): PeerReading | Error {
  try {
    const packet = dnsPacket.decode(Buffer.from(bytes));
    return { packet, end: dnsPacket.decode.bytes };
  } catch (error) {
    return error as Error;
  }
}

/** The message as dns-packet writes it, nothing compressed. */
export function peerBytes(packet: Packet): Uint8Array {
  return Uint8Array.from(dnsPacket.encode(packet));
}

export function peerRecordBytes(record: Answer): Uint8Array {
  return peerBytes({ answers: [record] }).subarray(12);
}

function peerQuestionBytes(questions: PeerQuestion[]): Uint8Array {
  return peerBytes({ questions }).subarray(12);
}

/** A record of `message` with its names written out. */
export function expandedRecord(message: Uint8Array, record: ResponseRecord): Uint8Array {
  const rdata = expandedRdata(message, record);
  return joined(
    nameAt(message, record.ownerOffset),
    word16(record.type),
    word16(record.class),
    word32(record.ttl),
    word16(rdata.length),
    rdata,
  );
}

function expandedRdata(message: Uint8Array, record: ResponseRecord): Uint8Array {
  const end = record.rdataOffset + record.rdataLength;
  const parts: Uint8Array[] = [];
  let at = record.rdataOffset;
  for (const field of rdataLayout(record.type)) {
    const isName = field === FIELD.NAME || field === FIELD.PLAIN_NAME;
    const fieldEnd = isName ? skipName(message, at, end) : skipField(message, at, end, field);
    parts.push(isName ? nameAt(message, at) : message.slice(at, fieldEnd));
    at = fieldEnd;
  }
  return joined(...parts);
}

export function nameAt(message: Uint8Array, offset: number): Uint8Array {
  const out = new Uint8Array(MAX_NAME_LENGTH);
  return out.slice(0, copyName(message, 0, message.length, offset, out, 0, false));
}

/** What differs between two readings of a response; undefined when nothing does. */
export function responseDifference(
  message: Uint8Array,
  parsed: ParsedResponse,
  { packet, end }: PeerReading,
): string | undefined {
  if (end !== parsed.end) return `end: ${parsed.end}, ${end}`;
  const header = headerDifference(parsed.id, parsed.flags, packet);
  if (header !== undefined) return header;
  const { questionOffset, qname, qtype, qclass } = parsed;
  const question = [nameAt(message, questionOffset), word16(qtype), word16(qclass)];
  const theirs = peerQuestionBytes(packet.questions!);
  if (toHex(joined(...question)) !== toHex(theirs)) return `question: ${toHex(theirs)}`;
  if (toHex(qname).length !== toHex(question[0]!).length) return "qname in lower case";
  return recordsDifference(message, parsed, packet) ?? ednsDifference(parsed, packet);
}

function headerDifference(id: number, flags: number, packet: DecodedPacket): string | undefined {
  if (packet.id !== id) return `id: ${id}, ${packet.id}`;
  const theirs = packet.flags! | (packet.type === "response" ? 0x8000 : 0);
  return theirs === flags ? undefined : `flags: ${flags}, ${theirs}`;
}

function recordsDifference(
  message: Uint8Array,
  parsed: ParsedResponse,
  packet: DecodedPacket,
): string | undefined {
  const sections = {
    answer: packet.answers!,
    authority: packet.authorities!,
    additional: packet.additionals!.filter((record) => record.type !== "OPT"),
  };
  for (const [section, theirs] of Object.entries(sections)) {
    const ours = parsed.records.filter((record) => record.section === section);
    if (ours.length !== theirs.length) return `${section}: ${ours.length}, ${theirs.length}`;
    for (const [i, record] of ours.entries()) {
      const ourHex = toHex(expandedRecord(message, record));
      const theirHex = toHex(peerRecordBytes(theirs[i]!));
      if (ourHex !== theirHex) return `${section} ${i}: ${ourHex}, ${theirHex}`;
    }
  }
  return undefined;
}

function ednsDifference(parsed: ParsedResponse, packet: DecodedPacket): string | undefined {
  const opt = packet.additionals!.find((record) => record.type === "OPT") as OptAnswer | undefined;
  const { edns } = parsed;
  if (opt === undefined || edns === undefined) return opt === edns ? undefined : "OPT";
  const theirs = [opt.extendedRcode, opt.ednsVersion, opt.udpPayloadSize, opt.flag_do];
  const ours = [edns.extendedRcode, edns.version, edns.udpSize, edns.dnssecOk];
  if (String(ours) !== String(theirs)) return `OPT: ${ours}, ${theirs}`;
  if (parsed.rcode !== ((opt.extendedRcode << 4) | (parsed.flags & 15))) return "rcode";
  const ede = opt.options.find(({ code, data }) => Number(code) === 15 && data!.length >= 2);
  const theirCode = ede?.data?.readUInt16BE(0);
  return edns.ede?.code === theirCode ? undefined : `EDE: ${edns.ede?.code}, ${theirCode}`;
}

/** What differs between two readings of a query at offset 0. */
export function queryDifference(
  bytes: Uint8Array,
  view: QueryView,
  { packet, end }: PeerReading,
): string | undefined {
  if (end !== bytes.length) return `end: ${bytes.length}, ${end}`;
  const header = headerDifference(view.id, view.flags, packet);
  if (header !== undefined) return header;
  const bits = [packet.flag_rd, packet.flag_ad, packet.flag_cd].map(Number);
  if (String([view.rd, view.ad, view.cd]) !== String(bits)) return `bits: ${bits}`;
  const question = toHex(peerQuestionBytes(packet.questions!));
  const { qnameOffset, qnameLength, questionEnd, qtype, qclass } = view;
  const name = bytes.slice(qnameOffset, qnameOffset + qnameLength);
  if (toHex(joined(name, word16(qtype), word16(qclass))) !== question)
    return `question ${question}`;
  if (toHex(bytes.slice(12, questionEnd)) !== question) return "questionEnd";
  return viewEdnsDifference(bytes, view, packet);
}

function viewEdnsDifference(
  bytes: Uint8Array,
  view: QueryView,
  packet: DecodedPacket,
): string | undefined {
  const opt = packet.additionals!.find((record) => record.type === "OPT") as OptAnswer | undefined;
  if (opt === undefined) return view.hasEdns === 0 && view.udpSize === 512 ? undefined : "OPT";
  const data = (code: number) => opt.options.find((option) => Number(option.code) === code)?.data;
  const cookie = bytes.slice(view.cookieOffset, view.cookieOffset + view.cookieLength);
  const ecs = bytes.slice(view.ecsOffset, view.ecsOffset + view.ecsLength);
  const ours = [
    ...[view.hasEdns, view.ednsVersion, view.udpSize, view.dnssecOk],
    ...[view.hasKeepalive, view.hasPadding, toHex(cookie), toHex(ecs)],
  ];
  const theirs = [
    ...[1, opt.ednsVersion, Math.max(opt.udpPayloadSize, 512), Number(opt.flag_do)],
    ...[Number(data(11) !== undefined), Number(data(12) !== undefined)],
    ...[toHex(data(10) ?? new Uint8Array()), toHex(data(8) ?? new Uint8Array())],
  ];
  return String(ours) === String(theirs) ? undefined : `OPT: ${ours}; ${theirs}`;
}
