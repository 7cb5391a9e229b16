// The upstream responses that mutants are made of: generated ones of every kind that a forwarder
// meets, each for a given question.

import type * as dnsPacket from "dns-packet";
import { encode } from "./query-corpus.ts";
import type { Random } from "./random.ts";

const RD_RA = 0x0180;
const NXDOMAIN = 3;
const RCODES = [0, 0, 0, 0, NXDOMAIN, NXDOMAIN, 2, 5, 11];
const TTLS = [0, 1, 60, 300, 86_400, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

export interface AskedQuestion {
  readonly name: string;
  readonly type: "A" | "AAAA" | "TXT" | "MX";
}

/** A response that an honest upstream might give, or a dishonest one: foreign records are in it. */
export function generateResponse(random: Random, question: AskedQuestion, id: number): Uint8Array {
  const rcode = random.pick(RCODES);
  const chain = chainOf(random, question.name);
  const end = chain.at(-1)!;
  const links = chain.slice(1).map((data, i) => record(random, "CNAME", chain[i]!, data));
  const count = rcode === 0 ? random.below(5) : 0;
  const data = Array.from({ length: count }, () => answerData(random, question.type, end));
  return encode({
    type: "response",
    id,
    flags: RD_RA | rcode | (random.oneIn(3) ? 0x20 : 0) | (random.oneIn(30) ? 0x200 : 0),
    questions: [{ type: question.type, name: question.name, class: "IN" }],
    answers: [...links, ...data, ...foreign(random)],
    authorities: count === 0 ? [soa(random, end)] : foreign(random),
    additionals: [...foreign(random), ...(random.oneIn(2) ? [opt(random)] : [])],
  });
}

function chainOf(random: Random, name: string): string[] {
  const chain = [name];
  const length = random.oneIn(3) ? random.below(4) : 0;
  for (let i = 0; i < length; i++) chain.push(`link${i}.${random.below(1000)}.example`);
  return chain;
}

function record(random: Random, type: string, name: string, data: unknown): unknown {
  return { type, name, ttl: random.pick(TTLS), class: "IN", data };
}

function answerData(random: Random, type: AskedQuestion["type"], name: string): unknown {
  const data = {
    A: () => [...random.bytes(4)].join("."),
    AAAA: () => `2001:db8::${random.below(65_536).toString(16)}`,
    TXT: () => [Buffer.from(random.bytes(random.below(200)))],
    MX: () => ({ preference: random.below(100), exchange: `mx${random.below(9)}.${name}` }),
  }[type]();
  return random.oneIn(10) ? signature(random, type, name) : record(random, type, name, data);
}

function signature(random: Random, typeCovered: string, name: string): unknown {
  const times = { originalTTL: 300, expiration: 2_000_000_000, inception: 1_600_000_000 };
  const key = { algorithm: 13, labels: 2, keyTag: 1, signersName: "example" };
  const data = { typeCovered, ...times, ...key, signature: Buffer.from(random.bytes(64)) };
  return record(random, "RRSIG", name, data);
}

function soa(random: Random, name: string): unknown {
  const zone = name.slice(name.indexOf(".") + 1);
  const data = { serial: 1, refresh: 2, retry: 3, expire: 4, minimum: random.pick(TTLS) };
  return record(random, "SOA", zone, { mname: `ns.${zone}`, rname: `who.${zone}`, ...data });
}

/** Records that nobody asked for. */
function foreign(random: Random): unknown[] {
  if (!random.oneIn(4)) return [];
  return [
    record(random, "NS", "bank.example", "ns.evil.example"),
    record(random, "A", "ns.evil.example", "203.0.113.66"),
  ];
}

function opt(random: Random): unknown {
  const text = Buffer.from([0, random.below(30), ...random.bytes(random.below(40))]);
  const options = random.oneIn(2) ? [{ code: 15, data: text }] : [];
  const extendedRcode = random.oneIn(20) ? 1 : 0;
  return { type: "OPT", name: ".", udpPayloadSize: 1232, extendedRcode, options };
}

/** An owner in the answer that neither is the qname nor follows from it; undefined when all do. */
export function foreignOwner(response: dnsPacket.DecodedPacket): string | undefined {
  const answers = response.answers ?? [];
  const reached = new Set(response.questions!.map((question) => question.name.toLowerCase()));
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { name, type, ...rest } of answers) {
      const target = (rest as { data?: unknown }).data;
      if (type === "CNAME" && reached.has(name.toLowerCase())) {
        reached.add(String(target).toLowerCase());
      }
    }
  }
  const follows = (name: string, type: string): boolean => {
    if (reached.has(name)) return true;
    const isAbove = [...reached].some((below) => below.endsWith(`.${name}`) || name === ".");
    return isAbove && (type === "DNAME" || type === "RRSIG");
  };
  return answers.find(({ name, type }) => !follows(name.toLowerCase(), type))?.name;
}
