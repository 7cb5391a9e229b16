// Handing a query that is not known from one end of the ring to the other, on one thread.

import assert from "node:assert/strict";
import {
  recordRingByteLength,
  RecordRingReader,
  RecordRingWriter,
} from "../../../src/memory/record-ring.ts";
import type { HotCase } from "../hot-case.ts";

const CAPACITY_WORDS = 1 << 14;
const ORIGIN_WORDS = 8;
const LENGTH = 44;
const BATCH = 16;

export const title = "memory: ring of misses";

export function cases(): readonly HotCase[] {
  const buffer = new SharedArrayBuffer(recordRingByteLength(CAPACITY_WORDS));
  const writer = new RecordRingWriter(buffer, ORIGIN_WORDS);
  const reader = new RecordRingReader(buffer, ORIGIN_WORDS);
  const query = Uint8Array.from({ length: LENGTH }, (_, i) => i);
  const origins = new Uint32Array(ORIGIN_WORDS).fill(9);
  const pass = (count: number): number => {
    let taken = 0;
    for (let i = 0; i < count; i++) writer.push(query, 0, LENGTH, origins, 0);
    while (reader.next()) taken += reader.length;
    return taken;
  };
  assert.equal(pass(BATCH), BATCH * LENGTH);
  assert.equal(reader.refused, 0);
  return [
    { name: "push and take one", run: () => pass(1) },
    { name: `push ${BATCH}, then take them`, run: () => pass(BATCH) },
  ];
}
