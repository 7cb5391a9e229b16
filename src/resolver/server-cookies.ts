// Data plane: no allocation after start.
// Server cookies (RFC 7873, RFC 9018 §4): version 1, three reserved bytes, the time, and a keyed hash
// over client cookie, these eight bytes and the client's address. Every response to a query that
// carries a COOKIE option gets a fresh one, whatever came with the query.

import { OPTION } from "../wire/constants.ts";
import type { AnswerContext } from "./answer-context.ts";
import { sipHash24 } from "./sip-hash.ts";

const CLIENT_COOKIE_LENGTH = 8;
/** Client and server cookie together. */
export const COOKIE_LENGTH = 24;
const VERSION = 1;
const MAPPED_PREFIX = 0xffff;

export class ServerCookies {
  private readonly secret: Uint8Array;
  private readonly message: Uint8Array = new Uint8Array(32);

  /** `secret` is 16 random bytes; servers that share an address must share it. */
  constructor(secret: Uint8Array) {
    this.secret = secret;
  }

  /** Appends the option at `at` in the context's output; returns the offset behind it. */
  writeOption(context: AnswerContext, at: number): number {
    const { client, input, query } = context;
    const out = context.out.bytes;
    out[at] = 0;
    out[at + 1] = OPTION.COOKIE;
    out[at + 2] = 0;
    out[at + 3] = COOKIE_LENGTH;
    const cookie = at + 4;
    for (let i = 0; i < CLIENT_COOKIE_LENGTH; i++) {
      out[cookie + i] = input[query.cookieOffset + i]!;
    }
    out.fill(0, cookie + 8, cookie + 12);
    out[cookie + 8] = VERSION;
    writeWord(out, cookie + 12, client.unixSeconds);
    const length = this.fillMessage(out, cookie, client.address);
    sipHash24(this.secret, this.message, length, out, cookie + 16);
    return cookie + COOKIE_LENGTH;
  }

  private fillMessage(out: Uint8Array, cookie: number, address: Uint32Array): number {
    const message = this.message;
    for (let i = 0; i < 16; i++) message[i] = out[cookie + i]!;
    const isIPv4 = address[0] === 0 && address[1] === 0 && address[2] === MAPPED_PREFIX;
    let at = 16;
    for (let w = isIPv4 ? 3 : 0; w < 4; w++, at += 4) writeWord(message, at, address[w]!);
    return at;
  }
}

function writeWord(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}
