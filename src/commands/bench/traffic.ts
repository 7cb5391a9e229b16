// Data plane: no allocation after start.
// One run of the load, whatever carries it: writes the queries that are due, judges every response,
// and keeps the books. A transport asks what may leave, and hands in what arrives.

import { FLAG, HEADER_LENGTH } from "../../wire/constants.ts";
import { read16 } from "../../wire/numbers.ts";
import type { InFlight } from "./in-flight.ts";
import { CLASS_MASK } from "./query-class.ts";
import type { QuestionBook } from "./question-book.ts";
import type { QuestionPicker } from "./question-picker.ts";
import type { Schedule } from "./schedule.ts";
import { ERROR, type Tally } from "./tally.ts";

export interface TrafficParts {
  readonly schedule: Schedule;
  readonly picker: QuestionPicker;
  readonly book: QuestionBook;
  readonly tally: Tally;
  /** By class, a bit for each rcode that is right. */
  readonly expectedRcodes: Uint16Array;
  /** A query without a response for this long, from when it left, is lost. */
  readonly timeoutMs: number;
}

const OPCODE_BITS = 0x7800;
const NO_FAULT = -1;

export class Traffic {
  readonly tally: Tally;
  readonly schedule: Schedule;
  private readonly parts: TrafficParts;
  private isStopped = false;
  /** When the last query left. */
  lastSentMs = 0;
  startMs = 0;
  inFlight = 0;

  constructor(parts: TrafficParts) {
    this.parts = parts;
    this.tally = parts.tally;
    this.schedule = parts.schedule;
  }

  begin(nowMs: number): void {
    this.startMs = this.lastSentMs = nowMs;
    this.schedule.begin(nowMs);
  }

  /** Nothing more leaves, and nothing is waited for. */
  stop(): void {
    this.isStopped = true;
  }

  get wasStopped(): boolean {
    return this.isStopped;
  }

  /** How many queries may leave now. */
  due(nowMs: number): number {
    if (this.isStopped) return 0;
    return this.schedule.due(nowMs, this.tally.sent, this.inFlight);
  }

  /** Nothing leaves any more, and nothing is on its way. */
  isOver(nowMs: number): boolean {
    return this.isStopped || (nowMs >= this.schedule.endMs && this.inFlight === 0);
  }

  /** Milliseconds for which there is nothing to do but to wait for responses: 0 to `atMost`. */
  waitMs(nowMs: number, atMost: number): number {
    if (this.isStopped) return 0;
    const { endMs } = this.schedule;
    if (nowMs >= endMs) return atMost;
    const wait = Math.min(this.schedule.waitMs(nowMs, this.tally.sent), endMs - nowMs, atMost);
    return wait > 0 ? wait : 0;
  }

  /**
   * Writes a query that leaves now, with an ID of `lane`; returns its length in bytes. Only when one
   * is due and the lane is not full. `out` has room for MAX_QUERY_LENGTH.
   */
  write(lane: InFlight, nowMs: number, out: Uint8Array, offset: number): number {
    const { book, picker, schedule, tally } = this.parts;
    const pick = picker.next();
    const intendedMs = schedule.intendedMs(tally.sent, nowMs);
    const id = lane.add(pick, intendedMs, nowMs, schedule.step);
    tally.countSent(schedule.step, pick & CLASS_MASK, nowMs - intendedMs);
    this.inFlight++;
    this.lastSentMs = nowMs;
    return book.write(pick, id, out, offset);
  }

  /** Judges the `length` bytes at `offset`, which came for one of the queries of `lane`. */
  take(lane: InFlight, bytes: Uint8Array, offset: number, length: number, nowMs: number): void {
    const { tally } = this.parts;
    const slot = length < 2 ? -1 : lane.find(read16(bytes, offset));
    if (slot < 0) {
      tally.errors[length < HEADER_LENGTH ? ERROR.malformed : ERROR.id]!++;
      return;
    }
    const pick = lane.pick(slot);
    const error = this.fault(pick, bytes, offset, length);
    if (error >= 0) return this.fail(lane, slot, error);
    tally.countAnswered(lane.step(slot), pick & CLASS_MASK, nowMs - lane.intended(slot));
    this.end(lane, slot);
  }

  /** The query in `slot` got something that is no response. */
  fail(lane: InFlight, slot: number, error: number): void {
    this.tally.countFailed(lane.step(slot), lane.pick(slot) & CLASS_MASK, error);
    this.end(lane, slot);
  }

  /** The query in `slot` will get no response. */
  lose(lane: InFlight, slot: number): void {
    this.tally.countLost(lane.step(slot), lane.pick(slot) & CLASS_MASK);
    this.end(lane, slot);
  }

  /** Gives up those that have waited for too long. */
  expire(lane: InFlight, nowMs: number): void {
    this.loseBefore(lane, nowMs - this.parts.timeoutMs);
  }

  /** The connection is gone, and with it whatever was asked on it. */
  loseAll(lane: InFlight): void {
    this.loseBefore(lane, Infinity);
  }

  /** After stop(): what is on its way is nobody's fault. */
  abandonAll(lane: InFlight): void {
    for (let slot = lane.oldest(Infinity); slot >= 0; slot = lane.oldest(Infinity)) {
      this.tally.countAbandoned(lane.step(slot), lane.pick(slot) & CLASS_MASK);
      this.end(lane, slot);
    }
  }

  private loseBefore(lane: InFlight, beforeMs: number): void {
    for (let slot = lane.oldest(beforeMs); slot >= 0; slot = lane.oldest(beforeMs)) {
      this.lose(lane, slot);
    }
  }

  private end(lane: InFlight, slot: number): void {
    lane.remove(slot);
    this.inFlight--;
  }

  /** One of ERROR, or −1 for a right response. Its ID is right. */
  private fault(pick: number, bytes: Uint8Array, offset: number, length: number): number {
    const { book, expectedRcodes, tally } = this.parts;
    if (length < HEADER_LENGTH) return ERROR.malformed;
    const flags = read16(bytes, offset + 2);
    if ((flags & FLAG.QR) === 0 || (flags & OPCODE_BITS) !== 0) return ERROR.malformed;
    const rcode = flags & 15;
    const questions = read16(bytes, offset + 4);
    tally.rcodes[rcode]!++;
    const isExpected = ((expectedRcodes[pick & CLASS_MASK]! >> rcode) & 1) !== 0;
    // Some refuse with nothing but a header.
    if (questions === 0 && !isExpected) return ERROR.rcode;
    if (questions !== 1) return ERROR.question;
    if (!book.repeatsQuestion(pick, bytes, offset, length)) return ERROR.question;
    if (!isExpected) return ERROR.rcode;
    return (flags & FLAG.TC) !== 0 ? ERROR.truncated : NO_FAULT;
  }
}
