// RDATA of SVCB and HTTPS records in presentation form (RFC 9460 §2.1). The RDATA is well-formed:
// wire/read-response has checked it.

import { nameLength } from "../wire/name.ts";
import { nameToText } from "../wire/name-text.ts";
import { read16 } from "../wire/numbers.ts";
import { presentAddress, presentBase64, presentString } from "./presentation.ts";

const KEYS = [
  "mandatory",
  "alpn",
  "no-default-alpn",
  "port",
  "ipv4hint",
  "ech",
  "ipv6hint",
  "dohpath",
];

/** How the values of known keys are written; other keys' values are strings. */
const VALUES: Readonly<Record<string, (value: Uint8Array) => string>> = {
  mandatory: (value) =>
    pieces(value, 2)
      .map((key) => keyName(read16(key, 0)))
      .join(","),
  alpn: (value) => presentString(idList(value)),
  port: (value) => String(read16(value, 0)),
  ipv4hint: (value) => pieces(value, 4).map(presentAddress).join(","),
  ech: presentBase64,
  ipv6hint: (value) => pieces(value, 16).map(presentAddress).join(","),
};

export function svcbText(rdata: Uint8Array): string {
  const parts = [String(read16(rdata, 0)), nameToText(rdata, 2)];
  let at = 2 + nameLength(rdata, 2, rdata.length);
  while (at < rdata.length) {
    const end = at + 4 + read16(rdata, at + 2);
    parts.push(parameterText(read16(rdata, at), rdata.slice(at + 4, end)));
    at = end;
  }
  return parts.join(" ");
}

function parameterText(key: number, value: Uint8Array): string {
  const name = keyName(key);
  return value.length === 0 ? name : `${name}=${(VALUES[name] ?? presentString)(value)}`;
}

function keyName(key: number): string {
  return KEYS[key] ?? `key${key}`;
}

function pieces(value: Uint8Array, length: number): Uint8Array[] {
  const count = Math.floor(value.length / length);
  return Array.from({ length: count }, (_, i) => value.slice(i * length, (i + 1) * length));
}

/** An alpn value: ids in one string, commas and backslashes in them escaped (RFC 9460 §A.1). */
function idList(value: Uint8Array): Uint8Array {
  const ids: string[] = [];
  for (let at = 0; at < value.length; at += 1 + value[at]!) {
    const id = Buffer.from(value.slice(at + 1, at + 1 + value[at]!)).toString("latin1");
    ids.push(id.replace(/[\\,]/g, "\\$&"));
  }
  return Buffer.from(ids.join(","), "latin1");
}
