import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FrameReader } from "../../../src/wire/frame-reader.ts";
import { Random, SEED } from "../../fuzz/random.ts";

function framed(messages: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    messages.flatMap((message) => {
      const bytes = encoder.encode(message);
      return [bytes.length >> 8, bytes.length & 255, ...bytes];
    }),
  );
}

function readIn(
  stream: Uint8Array,
  cuts: readonly number[],
): { messages: string[]; reader: FrameReader } {
  const reader = new FrameReader();
  const messages: string[] = [];
  const target = {
    frame(bytes: Uint8Array, offset: number, length: number): void {
      messages.push(new TextDecoder().decode(bytes.subarray(offset, offset + length)));
    },
  };
  let start = 0;
  for (const cut of [...cuts, stream.length]) {
    const chunk = stream.slice(start, cut);
    reader.read(chunk, target);
    chunk.fill(0xee); // it is the runtime's again
    start = cut;
  }
  return { messages, reader };
}

describe("the frame reader", () => {
  const messages = ["first", "", "a longer second message", "x".repeat(3000), "last"];
  const stream = framed(messages);

  test("reads all messages of one burst", () => {
    const { messages: read, reader } = readIn(stream, []);
    assert.deepEqual(read, messages);
    assert.equal(reader.isPartial, false);
  });

  test("reads the same however the stream is cut in two", () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      assert.deepEqual(readIn(stream, [cut]).messages, messages, `cut at ${cut}`);
    }
  });

  test("reads the same byte by byte", () => {
    const cuts = Array.from(stream, (_, i) => i);
    assert.deepEqual(readIn(stream, cuts).messages, messages);
  });

  test("says when a message is incomplete", () => {
    const { messages: read, reader } = readIn(stream.subarray(0, stream.length - 1), []);
    assert.equal(read.length, messages.length - 1);
    assert.equal(reader.isPartial, true);
  });

  test("takes the longest message there can be", () => {
    const longest = "y".repeat(65_535);
    assert.deepEqual(readIn(framed([longest]), [1, 40_000]).messages, [longest]);
  });

  test("reads the same however the stream is cut", () => {
    const random = new Random(SEED);
    for (let round = 0; round < 200; round++) {
      const sent = Array.from({ length: random.below(8) }, () => "z".repeat(random.below(90)));
      const bytes = framed(sent);
      const cuts: number[] = [];
      for (let at = random.below(60); at < bytes.length; at += 1 + random.below(60)) cuts.push(at);
      assert.deepEqual(readIn(bytes, cuts).messages, sent, `seed ${SEED}, round ${round}`);
    }
  });
});
