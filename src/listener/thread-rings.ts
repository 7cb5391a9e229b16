// What a stream thread and the main thread share to hand queries and responses to each other: two rings
// of records (memory/record-ring) and a doorbell for each side.
//
//   a query's origin      number · transport · answer set · client's address, four words
//   a response's origin   number · what answer() reports (resolver/answer-context RESULT)

import { RESULT } from "../resolver/answer-context.ts";
import { DOORBELL_BYTES } from "../memory/doorbell.ts";
import { recordRingByteLength } from "../memory/record-ring.ts";

export const MISS_WORDS = 7;
export const RESPONSE_WORDS: number = 1 + Object.keys(RESULT).length;

/** 256 KiB: about 2000 queries. */
const MISSES_CAPACITY_WORDS = 1 << 16;
/** 1 MiB: sixteen of the largest responses. */
const RESPONSES_CAPACITY_WORDS = 1 << 18;

/** Can be sent to the thread. */
export interface ThreadRings {
  readonly misses: SharedArrayBuffer;
  readonly responses: SharedArrayBuffer;
  readonly mainDoorbell: Int32Array;
  readonly threadDoorbell: Int32Array;
}

/** `mainDoorbell`: the one on which the main thread sleeps, shared by all threads. */
export function createThreadRings(mainDoorbell: Int32Array): ThreadRings {
  return {
    misses: new SharedArrayBuffer(recordRingByteLength(MISSES_CAPACITY_WORDS)),
    responses: new SharedArrayBuffer(recordRingByteLength(RESPONSES_CAPACITY_WORDS)),
    mainDoorbell,
    threadDoorbell: new Int32Array(new SharedArrayBuffer(DOORBELL_BYTES)),
  };
}
