// What a batch of queries and an insert pay so that no block is reused under a reader.

import assert from "node:assert/strict";
import { EpochReader, epochsByteLength, EpochWriter } from "../../../src/memory/epochs.ts";
import type { HotCase } from "../hot-case.ts";

const READERS = 4;

export const title = "memory: epochs";

export function cases(): readonly HotCase[] {
  const buffer = new SharedArrayBuffer(epochsByteLength(READERS));
  const readers = Array.from({ length: READERS }, (_, i) => new EpochReader(buffer, i));
  const writer = new EpochWriter(buffer);
  const first = readers[0]!;
  const tag = writer.tag();
  first.enter();
  writer.observe();
  assert.ok(!writer.isReusable(tag), "a reader may see it");
  first.enter();
  writer.observe();
  assert.ok(writer.isReusable(tag));
  return [
    { name: "a reader enters", run: () => first.enter() },
    {
      name: `the writer looks at ${READERS} readers`,
      run: () => {
        writer.observe();
        return writer.isReusable(tag);
      },
    },
  ];
}
