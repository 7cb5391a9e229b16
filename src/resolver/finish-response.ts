// Data plane: no allocation after start.
// The last steps of every response: header, OPT record, and what gives way when it does not fit.
// Order (RFC 6891 §6.1.1, RFC 8914 §3, RFC 8467 §4.2): cookie, extended error, keepalive, then the
// decision on TC, and padding last of all, which is never the cause of TC.

import { TRANSPORT } from "../memory/counters.ts";
import { FLAG, OPTION } from "../wire/constants.ts";
import {
  endOpt,
  writeEde,
  writeHeader,
  writeOption,
  writeOptStart,
  writePadding,
} from "../wire/write.ts";
import { RESULT, type AnswerContext } from "./answer-context.ts";
import { COOKIE_LENGTH, type ServerCookies } from "./server-cookies.ts";

/** What goes over UDP without fragments everywhere (RFC 9715 §3.1), and what OPT advertises. */
export const UDP_SIZE = 1232;
/** A response has its query's opcode (RFC 1035 §4.1.1). */
const OPCODE_MASK = 0x7800;
const PADDING_BLOCK = 468; // RFC 8467 §4.1
const OPT_FIXED = 11;
const OPTION_HEADER = 4;
const EDE_FIXED = OPTION_HEADER + 2;
const KEEPALIVE_LENGTH = 2;

/** Settings of the responses' OPT record. */
export interface ResponseOptions {
  readonly cookies: ServerCookies;
  /** RFC 7828: in units of 100 ms, big-endian. */
  readonly keepalive: Uint8Array;
  /** The low two bits of the places to which responses are copied by words: 0, or −1 for none. */
  readonly wordPhase: number;
}

export function keepaliveValue(idleTimeoutMs: number): Uint8Array {
  const units = Math.min(65_535, Math.floor(idleTimeoutMs / 100));
  return new Uint8Array([units >> 8, units & 0xff]);
}

/**
 * Completes the response whose question and records lie behind the header's place at `outOffset`.
 * `bodyLength` counts from the header to the end of the records. `flags` are the bits of the second
 * header word besides QR, RD, RA, CD and the rcode. Returns the response's length in bytes.
 */
export function finishResponse(
  context: AnswerContext,
  options: ResponseOptions,
  bodyLength: number,
  flags: number,
  anCount: number,
  nsCount: number,
): number {
  const { query, outOffset, result } = context;
  const out = context.out.bytes;
  const rcode = result[RESULT.rcode]!;
  const limit = responseLimit(context);
  const optLength = query.hasEdns === 1 ? fittingOptLength(context, limit - bodyLength) : 0;
  let length = bodyLength;
  let bits = flags | FLAG.QR | FLAG.RA | (query.flags & OPCODE_MASK) | (rcode & 15);
  if (query.rd === 1) bits |= FLAG.RD;
  if (query.cd === 1) bits |= FLAG.CD;
  if (length + optLength > limit) {
    bits |= FLAG.TC;
    result[RESULT.truncated] = 1;
    length = questionLength(context);
    anCount = nsCount = 0;
  }
  const qdCount = query.questionEnd === 0 ? 0 : 1;
  const arCount = query.hasEdns;
  writeHeader(out, outOffset, query.id, bits, qdCount, anCount, nsCount, arCount);
  return query.hasEdns === 1 ? writeOpt(context, options, length, rcode, limit) : length;
}

/** Puts in the client's own question, spelling included; returns the length of header and question. */
export function copyQuestion(context: AnswerContext): number {
  const { input, inOffset, outOffset } = context;
  const out = context.out.bytes;
  const length = questionLength(context);
  for (let i = 12; i < length; i++) out[outOffset + i] = input[inOffset + i]!;
  return length;
}

/** Length of header and question, 12 when the question could not be read. */
export function questionLength(context: AnswerContext): number {
  return context.query.questionEnd === 0 ? 12 : context.query.questionEnd - context.inOffset;
}

function responseLimit(context: AnswerContext): number {
  const { client, query, outCapacity } = context;
  if (client.transport !== TRANSPORT.udp) return Math.min(outCapacity, 65_535);
  return Math.min(outCapacity, query.udpSize, UDP_SIZE);
}

/** The OPT record's length without padding. Over `room`, the extended error's text gives way first. */
function fittingOptLength(context: AnswerContext, room: number): number {
  const { query } = context;
  let length = OPT_FIXED;
  if (query.cookieLength > 0) length += OPTION_HEADER + COOKIE_LENGTH;
  if (context.edeCode >= 0) length += EDE_FIXED + context.edeTextLength;
  if (keepsAlive(context)) length += OPTION_HEADER + KEEPALIVE_LENGTH;
  if (length > room && context.edeTextLength > 0) {
    length -= context.edeTextLength;
    context.edeTextLength = 0;
  }
  return length;
}

/** RFC 7828 §3.3.2: only over a stream, and only to a client that sent the option. */
function keepsAlive(context: AnswerContext): boolean {
  const { transport } = context.client;
  return (
    context.query.hasKeepalive === 1 && (transport === TRANSPORT.tcp || transport === TRANSPORT.dot)
  );
}

function writeOpt(
  context: AnswerContext,
  options: ResponseOptions,
  length: number,
  rcode: number,
  limit: number,
): number {
  const { query, outOffset } = context;
  const out = context.out.bytes;
  const start = outOffset + length;
  let at = writeOptStart(out, start, UDP_SIZE, rcode >> 4, 0, query.dnssecOk);
  if (query.cookieLength > 0) at = options.cookies.writeOption(context, at);
  if (context.edeCode >= 0) {
    const { edeCode, edeText, edeTextOffset, edeTextLength } = context;
    at = writeEde(out, at, edeCode, edeText, edeTextOffset, edeTextLength);
  }
  if (keepsAlive(context)) {
    at = writeOption(out, at, OPTION.KEEPALIVE, options.keepalive, 0, KEEPALIVE_LENGTH);
  }
  at = pad(context, at, limit);
  endOpt(out, start, at);
  return at - outOffset;
}

/** RFC 8467 §4.1: to a multiple of 468 bytes, over encrypted transports, to clients that pad. */
function pad(context: AnswerContext, at: number, limit: number): number {
  const { client, query, outOffset } = context;
  const encrypted = client.transport === TRANSPORT.dot || client.transport === TRANSPORT.doh;
  if (!encrypted || query.hasPadding === 0) return at;
  const length = at - outOffset + OPTION_HEADER;
  const padded = Math.min(limit, Math.ceil(length / PADDING_BLOCK) * PADDING_BLOCK);
  return padded < length ? at : writePadding(context.out.bytes, at, padded - length);
}
