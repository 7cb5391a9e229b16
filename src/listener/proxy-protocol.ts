// Reads the PROXY protocol's header, version 1 or 2, from the beginning of a byte stream: who the
// connection is for, told by the proxy that opened it. The header may come in any number of pieces;
// what is kept of it is bounded, and what it says beyond the client's address is skipped.
//
//   version 1:  PROXY TCP4|TCP6|UNKNOWN source destination port port CR LF     at most 107 bytes
//   version 2:  signature 12 │ version, command 1 │ family, protocol 1 │ length 2 │ addresses │ TLVs

import { addressToWords } from "./address-words.ts";

/** The header goes on in the next piece. */
export const PROXY_MORE = -1;
/** Not a header: the connection must be dropped, since nothing on it can be trusted. */
export const PROXY_BROKEN = -2;

const MAX_V1 = 107;
const V1_START = Uint8Array.from("PROXY ", (char) => char.charCodeAt(0));
const V2_START: Uint8Array = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);
const V2_FIXED = 16;
/** Addresses and TLVs of version 2 together; a client's certificate in them takes a kilobyte or two. */
const MAX_V2_LENGTH = 4096;

const CR = 13;
const LF = 10;
const COMMAND = { LOCAL: 0, PROXY: 1 } as const;
const FAMILY = { IPV4: 1, IPV6: 2, UNIX: 3 } as const;
const MAX_PROTOCOL = 2;
const MAPPED_PREFIX = 0xffff;

export class ProxyHeaderReader {
  /**
   * Once the header is whole: the client's address in four words, as in ClientRow. Undefined when it
   * names none (LOCAL, UNKNOWN, other families): then the connection's own address counts.
   */
  address: Uint32Array | undefined;
  private readonly head: Uint8Array = new Uint8Array(MAX_V1);
  private filled = 0;
  /** Version 2: where the part of the header that is kept ends. */
  private kept = V2_FIXED;
  /** Version 2: bytes behind that which are still to come; below 0 until the length is known. */
  private toSkip = -1;

  /**
   * Takes the next piece of the stream. Returns how many of its bytes belong to the header once that is
   * whole (the rest is the connection's data), until then PROXY_MORE; or PROXY_BROKEN. Not to be called
   * again after either of the others.
   */
  read(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.toSkip > 0 && this.filled === this.kept) {
        const taken = Math.min(this.toSkip, bytes.length - at);
        at += taken;
        this.toSkip -= taken;
      } else {
        this.head[this.filled++] = bytes[at++]!;
      }
      const state = this.state();
      if (state !== PROXY_MORE) return state === PROXY_BROKEN ? state : at;
    }
    return PROXY_MORE;
  }

  /** 0 when the header is whole. */
  private state(): number {
    const { filled, head } = this;
    if (head[0] === V1_START[0]) {
      return startsAlike(head, filled, V1_START) ? this.stateOfV1() : PROXY_BROKEN;
    }
    return startsAlike(head, filled, V2_START) ? this.stateOfV2() : PROXY_BROKEN;
  }

  private stateOfV1(): number {
    const { filled, head } = this;
    if (head[filled - 1] !== LF) return filled < MAX_V1 ? PROXY_MORE : PROXY_BROKEN;
    if (head[filled - 2] !== CR) return PROXY_BROKEN;
    return this.readLine(String.fromCharCode(...head.subarray(0, filled - 2)));
  }

  private readLine(line: string): number {
    if (line === "PROXY UNKNOWN" || line.startsWith("PROXY UNKNOWN ")) return 0;
    const [, family, source, destination, ...ports] = line.split(" ");
    if (ports.length !== 2 || !ports.every(isPort)) return PROXY_BROKEN;
    this.address = wordsOf(family, source!);
    return this.address && wordsOf(family, destination!) ? 0 : PROXY_BROKEN;
  }

  private stateOfV2(): number {
    if (this.filled < this.kept) return PROXY_MORE;
    if (this.toSkip < 0 && !this.readFixed()) return PROXY_BROKEN;
    if (this.filled < this.kept || this.toSkip > 0) return PROXY_MORE;
    if (this.kept > V2_FIXED) this.readAddress();
    return 0;
  }

  /** Version, command, family and length: what of the rest is kept and what is skipped. */
  private readFixed(): boolean {
    const { head } = this;
    const command = head[12]! & 15;
    const family = head[13]! >> 4;
    const protocol = head[13]! & 15;
    const length = (head[14]! << 8) | head[15]!;
    if (head[12]! >> 4 !== 2 || command > COMMAND.PROXY || length > MAX_V2_LENGTH) return false;
    this.toSkip = length;
    if (command === COMMAND.LOCAL) return true;
    if (family > FAMILY.UNIX || protocol > MAX_PROTOCOL) return false;
    const addresses = protocol === 0 ? 0 : addressesLength(family);
    if (addresses > length) return false;
    this.kept += addresses;
    this.toSkip -= addresses;
    return true;
  }

  private readAddress(): void {
    const at = (i: number): number => wordAt(this.head, V2_FIXED + 4 * i);
    const isIpv4 = this.head[13]! >> 4 === FAMILY.IPV4;
    this.address = isIpv4
      ? Uint32Array.of(0, 0, MAPPED_PREFIX, at(0))
      : Uint32Array.of(at(0), at(1), at(2), at(3));
  }
}

/** Two addresses and two ports; nothing of a family without IP addresses. */
function addressesLength(family: number): number {
  if (family === FAMILY.IPV4) return 12;
  return family === FAMILY.IPV6 ? 36 : 0;
}

function startsAlike(head: Uint8Array, filled: number, start: Uint8Array): boolean {
  const length = Math.min(filled, start.length);
  for (let i = 0; i < length; i++) if (head[i] !== start[i]) return false;
  return true;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}

/** Decimal without leading zeros. */
const NUMBER = /^(?:0|[1-9]\d{0,4})$/;

function isPort(text: string): boolean {
  return NUMBER.test(text) && Number(text) <= 65_535;
}

function wordsOf(family: string | undefined, text: string): Uint32Array | undefined {
  const isRight = family === "TCP4" ? text.split(".").every((n) => NUMBER.test(n)) : isIpv6(text);
  if (!isRight || (family !== "TCP4" && family !== "TCP6")) return undefined;
  try {
    return addressToWords(text);
  } catch {
    return undefined;
  }
}

function isIpv6(text: string): boolean {
  return /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text);
}
