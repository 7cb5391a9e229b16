// What a normalised response must hold, worked out on dns-packet's decoded records with plain lists
// and strings: slow, short, and independent of how Hermod does it.

import type { Answer, DecodedPacket, RrsigData, SoaData } from "dns-packet";
import { toHex } from "./compose.ts";
import { peerRecordBytes } from "./peer.ts";

export interface Expected {
  readonly kind: "positive" | "nodata" | "nxdomain" | "failure";
  readonly ttlSeconds: number;
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  /** How many aliases lead to the end, and how many DNAMEs are behind them. */
  readonly linkCount: number;
  readonly dnameCount: number;
}

/** A record with all its names in lower case. */
interface Plain {
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly ttl: number;
  readonly data: unknown;
}

const NAME_FIELDS = [
  ...["mname", "rname", "exchange", "target", "replacement", "mbox", "txt", "signersName"],
  "nextDomain",
];
const NAME_TYPES = ["NS", "CNAME", "PTR", "DNAME"];

export function plain(record: Answer): Plain {
  const { name, type, class: recordClass, ttl, data } = record as unknown as Plain;
  return { name: name.toLowerCase(), type, class: recordClass, ttl, data: lowerData(type, data) };
}

function lowerData(type: string, data: unknown): unknown {
  if (NAME_TYPES.includes(type)) return (data as string).toLowerCase();
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return data;
  if (Array.isArray(data)) return data;
  const entries = Object.entries(data).map(([key, value]) => {
    const isName = NAME_FIELDS.includes(key) && typeof value === "string";
    return [key, isName ? value.toLowerCase() : value];
  });
  return Object.fromEntries(entries);
}

/** The record's bytes without TTL, which tell records apart, and its TTL. */
export function recordText(record: Plain): string {
  return `${toHex(peerRecordBytes({ ...record, ttl: 0 } as unknown as Answer))} ${record.ttl}`;
}

const isBelow = (name: string, zone: string) =>
  zone === "." || name === zone || name.endsWith(`.${zone}`);
const sane = (ttl: number) => (ttl > 0x7fff_ffff ? 0 : ttl);
const covered = ({ type, data }: Plain) =>
  type === "RRSIG" ? (data as RrsigData).typeCovered : type;

/** For a question of class IN; "chain" where the aliases do not end. */
export function expectedOf(packet: DecodedPacket, rcode: number): Expected | "chain" {
  const nothing = { ttlSeconds: 0, answers: [], authorities: [], linkCount: 0, dnameCount: 0 };
  if (rcode !== 0 && rcode !== 3) return { kind: "failure", ...nothing };
  const inClass = (records: Answer[]) =>
    records
      .filter((record) => record.type !== "OPT")
      .map(plain)
      .filter((record) => record.class === "IN");
  const answers = inClass(packet.answers!);
  const qname = packet.questions![0]!.name.toLowerCase();
  const qtype: string = packet.questions![0]!.type;
  const chain = chainOf(answers, qname, qtype, rcode === 0);
  if (chain === "chain") return "chain";
  const { answered, last } = chain;
  const keptAnswers = answers.filter((record) => isKept(record, chain, qtype));
  const soa = answered
    ? undefined
    : inClass(packet.authorities!).find(({ type, name }) => type === "SOA" && isBelow(last, name));
  const zones = keptAnswers
    .filter((record) => record.type === "RRSIG")
    .map(({ name, data }) => ({ name, signer: (data as RrsigData).signersName }))
    .filter(({ name, signer }) => isBelow(name, signer))
    .map(({ signer }) => signer);
  if (soa !== undefined) zones.push(soa.name);
  let soaSeen = false;
  const keptAuthorities = inClass(packet.authorities!).filter((record) => {
    if (record.type === "SOA") {
      const isFirst: boolean =
        !soaSeen && soa !== undefined && recordText(record) === recordText(soa);
      soaSeen ||= isFirst;
      return isFirst;
    }
    if (covered(record) === "SOA") return record.name === soa?.name;
    const proves = ["NSEC", "NSEC3"].includes(covered(record));
    return proves && zones.some((zone) => isBelow(record.name, zone));
  });
  const shown = (record: Plain): Plain => {
    const ttl = sane(record.ttl);
    if (record.type !== "SOA" || answered) return { ...record, ttl };
    return { ...record, ttl: Math.min(ttl, sane((record.data as SoaData).minimum!), 10_800) };
  };
  const seen = new Set<string>();
  const once = (records: Plain[]) =>
    records.map(shown).filter((record) => {
      const text = recordText({ ...record, ttl: 0 });
      return seen.has(text) ? false : seen.add(text);
    });
  const lists = [once(keptAnswers), once(keptAuthorities)] as const;
  const ttls = lists.flat().map(({ ttl }) => ttl);
  const ttlSeconds = answered
    ? Math.min(...ttls)
    : soa === undefined
      ? 0
      : Math.min(10_800, ...ttls);
  return {
    kind: rcode === 3 ? "nxdomain" : answered ? "positive" : "nodata",
    ttlSeconds,
    answers: lists[0].map(recordText),
    authorities: lists[1].map(recordText),
    linkCount: chain.links.length,
    dnameCount: lists[0].filter((record) => record.type === "DNAME" && qtype !== "DNAME").length,
  };
}

interface Chain {
  readonly links: readonly Plain[];
  readonly dnames: readonly Plain[];
  readonly last: string;
  readonly answered: boolean;
}

function chainOf(
  answers: readonly Plain[],
  qname: string,
  qtype: string,
  mayAnswer: boolean,
): Chain | "chain" {
  const links: Plain[] = [];
  let last = qname;
  const isAnswer = ({ name, type }: Plain) => name === last && [type, "ANY"].includes(qtype);
  const isAlias = ({ name, type }: Plain) => name === last && type === "CNAME";
  const follows = qtype !== "CNAME" && qtype !== "ANY";
  while (!(mayAnswer && answers.some(isAnswer)) && follows && answers.some(isAlias)) {
    links.push(answers.find(isAlias)!);
    last = links.at(-1)!.data as string;
    if (links.length > 16 || links.some(({ name }) => name === last)) return "chain";
  }
  const answered = mayAnswer && answers.some(isAnswer);
  const final = answered && !follows ? answers.find(isAlias) : undefined;
  const dnames = answers.filter((dname) => {
    if (dname.type !== "DNAME") return false;
    return [...links, ...(final ? [final] : [])].some((alias) => isMadeFrom(alias, dname));
  });
  return { links, dnames, last, answered };
}

function isMadeFrom(alias: Plain, dname: Plain): boolean {
  if (alias.name === dname.name || !isBelow(alias.name, dname.name)) return false;
  const ownerDots = dname.name === "." ? "" : `.${dname.name}`;
  const prefix = alias.name.slice(0, alias.name.length - ownerDots.length);
  return alias.data === (dname.data === "." ? prefix : `${prefix}.${dname.data as string}`);
}

function isKept(record: Plain, chain: Chain, qtype: string): boolean {
  const { links, dnames, last, answered } = chain;
  const types = [record.type, covered(record)];
  const wanted = qtype === "ANY" || types.includes(qtype);
  if (answered && record.name === last && wanted) return true;
  if (links.includes(record) || dnames.includes(record)) return true;
  if (record.type !== "RRSIG") return false;
  const signed = covered(record) === "CNAME" ? links : covered(record) === "DNAME" ? dnames : [];
  return signed.some(({ name }) => name === record.name);
}
