import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageReader } from "../../../src/upstream/message-reader.ts";
import { framed } from "../../faults/scripted-upstream.ts";
import { Random, SEED } from "../../fuzz/random.ts";

function readIn(chunks: Iterable<Uint8Array>): Uint8Array[] {
  const messages: Uint8Array[] = [];
  const reader = new MessageReader();
  for (const chunk of chunks) {
    const mine = new Uint8Array(chunk);
    reader.read(mine, { message: (message) => messages.push(message) });
    mine.fill(0xee); // the chunk is the runtime's again
  }
  return messages;
}

describe("the message reader", () => {
  test("takes several messages out of one chunk, each in a buffer of its own", () => {
    const messages = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6)];
    const read = readIn([Buffer.concat(messages.map(framed))]);
    assert.deepEqual(read, messages);
    assert.equal(new Set(read.map(({ buffer }) => buffer)).size, 3);
  });

  test("puts a message together from single bytes", () => {
    const message = Uint8Array.from({ length: 300 }, (_, i) => i);
    const bytes = framed(message);
    assert.deepEqual(readIn(Array.from(bytes, (byte) => Uint8Array.of(byte))), [message]);
  });

  test("an empty message is a message", () => {
    assert.deepEqual(readIn([Uint8Array.of(0, 0, 0, 1, 9)]), [new Uint8Array(0), Uint8Array.of(9)]);
  });

  test("says nothing of a message that is not whole", () => {
    assert.deepEqual(readIn([Uint8Array.of(0xff, 0xff, 1, 2, 3)]), []);
  });

  test("takes the longest message there can be", () => {
    const message = new Uint8Array(65_535).fill(7);
    const bytes = framed(message);
    assert.deepEqual(readIn([bytes.subarray(0, 40_000), bytes.subarray(40_000)]), [message]);
  });

  test("gives the same messages however the stream is cut", () => {
    const random = new Random(SEED);
    for (let round = 0; round < 200; round++) {
      const messages = Array.from({ length: random.below(8) }, () =>
        random.bytes(random.below(90)),
      );
      const stream = Buffer.concat(messages.map(framed));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stream.length;) {
        const length = 1 + random.below(60);
        chunks.push(stream.subarray(at, at + length));
        at += length;
      }
      assert.deepEqual(readIn(chunks), messages, `seed ${SEED}, round ${round}`);
    }
  });
});
