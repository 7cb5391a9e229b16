// A million hits on a UDP thread's loop, with real sockets: nothing is allocated for a query. Bun tells
// of its garbage collections, and has none to tell of. Deno is given so much room that it has no need
// to collect, and its heap grows by less than a number a query: its foreign function interface leaves
// some bytes for each call, three calls a batch.

import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { describe, test } from "node:test";
import { run } from "./child-process.ts";

const PROGRAM: string = join(import.meta.dirname, "steady-loop.ts");
const TIMEOUT_MS = 110_000;
const HITS = 1_000_000;
/** With one object a query, enough for Bun to collect once or more. */
const CONTROL_HITS = 600_000;
const COLLECTION = /GC<0x[^\n]*START/g;
/** The smallest object takes 12. */
const MAX_BYTES_A_HIT = 8;
const ROOM = "--v8-flags=--min-semi-space-size=64,--max-semi-space-size=64";

const skip = process.platform === "linux" ? false : "the batched engine is for Linux";
const timeout = 120_000;
const isDeno = process.versions["deno"] !== undefined;
const options = isDeno ? ["run", "--allow-all", "--no-check", "--quiet", ROOM] : [];

interface Heap {
  readonly collections: number;
  readonly grownBytes: number;
}

async function heapAfter(...parameters: string[]): Promise<Heap> {
  const environment = { ...process.env, BUN_JSC_logGC: "1" };
  const child = await run(process.execPath, [...options, PROGRAM, ...parameters], {
    timeoutMs: TIMEOUT_MS,
    environment,
  });
  assert.equal(child.exit.code, 0, child.failure("failed").message);
  const collections = [child.stdout, child.stderr].reduce((sum, text) => {
    const between = /BEGIN\n([^]*)END\n/.exec(text);
    assert.ok(between, text);
    return sum + [...between[1]!.matchAll(COLLECTION)].length;
  }, 0);
  return { collections, grownBytes: Number(/^grew by (-?\d+)$/m.exec(child.stdout)![1]) };
}

function isSteady({ collections, grownBytes }: Heap, hits: number): boolean {
  return isDeno ? grownBytes < MAX_BYTES_A_HIT * hits : collections === 0;
}

describe("the heap of a UDP thread", () => {
  test("stays as it is for a million hits", { skip, timeout }, async () => {
    const heap = await heapAfter(String(HITS));
    assert.ok(isSteady(heap, HITS), JSON.stringify(heap));
  });

  test("would be seen to grow by one small object a hit", { skip, timeout }, async () => {
    const heap = await heapAfter(String(CONTROL_HITS), "control");
    assert.ok(!isSteady(heap, CONTROL_HITS), JSON.stringify(heap));
  });
});
