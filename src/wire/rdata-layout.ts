// What the RDATA of each type is made of, field by field: one table that checking and rewriting
// both walk. A type that is not listed is opaque (RFC 3597 §3), which is right for all types to
// come.

import { TYPE } from "./constants.ts";

/** Kinds of fields. A positive number in a layout is a field of that many bytes. */
export const FIELD = {
  /** A name that may be compressed when written: RFC 1035's types only (RFC 3597 §4). */
  NAME: -1,
  /** A name that is always written out; compression by others is understood. */
  PLAIN_NAME: -2,
  /** A length byte and as many bytes (RFC 1035 §3.3). */
  STRING: -3,
  /** One STRING or more, to the end. */
  STRINGS: -4,
  /** Any bytes, to the end. */
  REST: -5,
  /** Windows of types, ascending, to the end (RFC 4034 §4.1.2). */
  TYPE_BITMAP: -6,
  /** Service parameters, keys ascending, to the end (RFC 9460 §2.2). */
  PARAMETERS: -7,
} as const;

const { NAME, PLAIN_NAME, STRING, STRINGS, REST, TYPE_BITMAP, PARAMETERS } = FIELD;

const OPAQUE: readonly number[] = [REST];
const ONE_NAME: readonly number[] = [NAME];

const LAYOUTS: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [TYPE.A, [4]],
  [TYPE.NS, ONE_NAME],
  [TYPE.MD, ONE_NAME],
  [TYPE.MF, ONE_NAME],
  [TYPE.CNAME, ONE_NAME],
  [TYPE.SOA, [NAME, NAME, 20]],
  [TYPE.MB, ONE_NAME],
  [TYPE.MG, ONE_NAME],
  [TYPE.MR, ONE_NAME],
  [TYPE.WKS, [5, REST]],
  [TYPE.PTR, ONE_NAME],
  [TYPE.HINFO, [STRING, STRING]],
  [TYPE.MINFO, [NAME, NAME]],
  [TYPE.MX, [2, NAME]],
  [TYPE.TXT, [STRINGS]],
  [TYPE.RP, [PLAIN_NAME, PLAIN_NAME]],
  [TYPE.AFSDB, [2, PLAIN_NAME]],
  [TYPE.X25, [STRING]],
  [TYPE.ISDN, [STRINGS]],
  [TYPE.RT, [2, PLAIN_NAME]],
  [TYPE.SIG, [18, PLAIN_NAME, REST]],
  [TYPE.KEY, [4, REST]],
  [TYPE.PX, [2, PLAIN_NAME, PLAIN_NAME]],
  [TYPE.AAAA, [16]],
  [TYPE.NXT, [PLAIN_NAME, REST]],
  [TYPE.SRV, [6, PLAIN_NAME]],
  [TYPE.NAPTR, [4, STRING, STRING, STRING, PLAIN_NAME]],
  [TYPE.KX, [2, PLAIN_NAME]],
  [TYPE.CERT, [5, REST]],
  [TYPE.DNAME, [PLAIN_NAME]],
  [TYPE.DS, [4, REST]],
  [TYPE.SSHFP, [2, REST]],
  [TYPE.RRSIG, [18, PLAIN_NAME, REST]],
  [TYPE.NSEC, [PLAIN_NAME, TYPE_BITMAP]],
  [TYPE.DNSKEY, [4, REST]],
  [TYPE.NSEC3, [4, STRING, STRING, TYPE_BITMAP]],
  [TYPE.NSEC3PARAM, [4, STRING]],
  [TYPE.TLSA, [3, REST]],
  [TYPE.SMIMEA, [3, REST]],
  [TYPE.CDS, [4, REST]],
  [TYPE.CDNSKEY, [4, REST]],
  [TYPE.CSYNC, [6, TYPE_BITMAP]],
  [TYPE.ZONEMD, [6, REST]],
  [TYPE.SVCB, [2, PLAIN_NAME, PARAMETERS]],
  [TYPE.HTTPS, [2, PLAIN_NAME, PARAMETERS]],
  [TYPE.SPF, [STRINGS]],
  [TYPE.EUI48, [6]],
  [TYPE.EUI64, [8]],
  [TYPE.URI, [4, REST]],
  [TYPE.CAA, [1, STRING, REST]],
  [TYPE.TA, [4, REST]],
  [TYPE.DLV, [4, REST]],
]);

/** The fields of the type's RDATA, in order: kinds of FIELD, or a number of bytes. */
export function rdataLayout(type: number): readonly number[] {
  return LAYOUTS.get(type) ?? OPAQUE;
}
