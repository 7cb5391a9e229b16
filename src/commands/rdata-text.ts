// RDATA in presentation form, as zone files and dig have it. dns-packet takes it apart; what neither
// knows is printed as RFC 3597 §5 says.

import dnsPacket, { type Answer } from "dns-packet";
import { TYPE } from "../wire/constants.ts";
import type { ResponseRecord } from "../wire/read-response.ts";
import {
  presentAddress,
  presentBase32Hex,
  presentBase64,
  presentHex,
  presentName,
  presentString,
  presentTime,
  presentUnknown,
} from "./presentation.ts";
import { typeName } from "./record-types.ts";
import { svcbText } from "./svcb-text.ts";

/** Types that dns-packet does not know, or does not print as people write them (RFC 5952). */
const OWN_TEXTS: ReadonlyMap<number, (rdata: Uint8Array) => string> = new Map([
  [TYPE.A, presentAddress],
  [TYPE.AAAA, presentAddress],
  [TYPE.SVCB, svcbText],
  [TYPE.HTTPS, svcbText],
]);

/** The RDATA of each of `records`, which are all of the message's but OPT, in their order. */
export function rdataTexts(message: Uint8Array, records: readonly ResponseRecord[]): string[] {
  const decoded = decode(message);
  return records.map((record, i) => {
    const rdata = message.slice(record.rdataOffset, record.rdataOffset + record.rdataLength);
    const answer = decoded[i];
    const text = answer === undefined ? undefined : answerText(answer);
    return OWN_TEXTS.get(record.type)?.(rdata) ?? text ?? presentUnknown(rdata);
  });
}

/** Nothing where dns-packet is stricter than wire/read-response, which has accepted the message. */
function decode(message: Uint8Array): Answer[] {
  try {
    const { answers, authorities, additionals } = dnsPacket.decode(Buffer.from(message));
    const all = [...answers!, ...authorities!, ...additionals!];
    return all.filter(({ type }) => type !== "OPT");
  } catch {
    return [];
  }
}

/** Undefined for types that dns-packet leaves as bytes. */
function answerText(answer: Answer): string | undefined {
  switch (answer.type) {
    case "NS":
    case "CNAME":
    case "PTR":
    case "DNAME":
      return presentName(answer.data);
    case "TXT":
      return [answer.data]
        .flat()
        .map((text) => presentString(Buffer.from(text)))
        .join(" ");
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      const names = `${presentName(mname)} ${presentName(rname)}`;
      return `${names} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case "MX":
      return `${answer.data.preference} ${presentName(answer.data.exchange)}`;
    case "SRV": {
      const { priority, weight, port, target } = answer.data;
      return `${priority} ${weight} ${port} ${presentName(target)}`;
    }
    case "CAA": {
      const { flags, tag, value } = answer.data;
      return `${flags} ${presentName(tag).slice(0, -1)} ${presentString(Buffer.from(value))}`;
    }
    case "HINFO":
      return [answer.data.cpu, answer.data.os].map((s) => presentString(Buffer.from(s))).join(" ");
    case "NAPTR": {
      const { order, preference, flags, services, regexp, replacement } = answer.data;
      const strings = [flags, services, regexp].map((s) => presentString(Buffer.from(s))).join(" ");
      return `${order} ${preference} ${strings} ${presentName(replacement)}`;
    }
    case "TLSA": {
      const { usage, selector, matchingType, certificate } = answer.data;
      return `${usage} ${selector} ${matchingType} ${presentHex(certificate)}`;
    }
    default:
      return dnssecText(answer);
  }
}

function dnssecText(answer: Answer): string | undefined {
  switch (answer.type) {
    case "DS": {
      const { keyTag, algorithm, digestType, digest } = answer.data;
      return `${keyTag} ${algorithm} ${digestType} ${presentHex(digest)}`;
    }
    case "DNSKEY": {
      const { flags, algorithm, key } = answer.data;
      return `${flags} 3 ${algorithm} ${presentBase64(key)}`;
    }
    case "RRSIG": {
      const { typeCovered, algorithm, labels, originalTTL, keyTag, signersName } = answer.data;
      const { expiration, inception, signature } = answer.data;
      const times = `${presentTime(expiration)} ${presentTime(inception)}`;
      const signer = `${keyTag} ${presentName(signersName)} ${presentBase64(signature)}`;
      return `${ianaName(typeCovered)} ${algorithm} ${labels} ${originalTTL} ${times} ${signer}`;
    }
    case "NSEC": {
      const { nextDomain, rrtypes } = answer.data;
      return [presentName(nextDomain), ...rrtypes.map(ianaName)].join(" ");
    }
    case "NSEC3": {
      const { algorithm, flags, iterations, salt, nextDomain, rrtypes } = answer.data;
      const next = presentBase32Hex(nextDomain);
      const head = `${algorithm} ${flags} ${iterations} ${presentHex(salt) || "-"} ${next}`;
      return [head, ...rrtypes.map(ianaName)].join(" ");
    }
    default:
      return undefined;
  }
}

/** dns-packet's name for a type is its own where it knows none. */
function ianaName(name: string): string {
  const [, type] = /^UNKNOWN_(\d+)$/.exec(name) ?? [];
  return type === undefined ? name : typeName(Number(type));
}
