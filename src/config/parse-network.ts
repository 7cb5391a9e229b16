// Networks in CIDR notation: `192.168.0.0/16`, `fc00::/7`, or one address.

import { HermodError } from "../errors.ts";
import { addressBytes } from "./address-bytes.ts";
import { showValue } from "./show-value.ts";

/** As resolver/access-list's Network. */
export interface Network {
  /** 16 bytes, IPv4 as ::ffff:a.b.c.d; zero behind the prefix. */
  readonly bytes: Uint8Array;
  /** 0–128, over the 16 bytes. */
  readonly prefixLength: number;
}

const MAPPED_BITS = 96;
const ALL_BITS = 128;

/** Throws a HermodError with code NETWORK that says what to write. */
export function parseNetwork(text: string): Network {
  const [, address = "", lengthText] = /^([^/]*)(?:\/(\d{1,3}))?$/s.exec(text) ?? [];
  const bytes = addressBytes(address);
  if (bytes === undefined) fail(text, "write an address and a prefix length, as in 192.168.0.0/16");
  const before = address.includes(":") ? 0 : MAPPED_BITS;
  const prefixLength = lengthText === undefined ? ALL_BITS : before + Number(lengthText);
  if (prefixLength > ALL_BITS) {
    fail(text, `its prefix length is a number from 0 to ${ALL_BITS - before}`);
  }
  if (hasBitsBehind(bytes, prefixLength)) {
    fail(text, `it has bits behind its prefix; for one address write ${address}`);
  }
  return { bytes, prefixLength };
}

function hasBitsBehind(bytes: Uint8Array, prefixLength: number): boolean {
  return bytes.some((byte, i) => {
    const kept = Math.min(8, Math.max(0, prefixLength - 8 * i));
    return (byte & (0xff >> kept)) !== 0;
  });
}

function fail(text: string, mend: string): never {
  throw new HermodError("NETWORK", `${showValue(text)} is not a network: ${mend}`);
}
