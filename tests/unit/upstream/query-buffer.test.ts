import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Stream } from "../../../src/runtime/contract.ts";
import { QueryBuffer } from "../../../src/upstream/query-buffer.ts";
import { FrameReader } from "../../../src/wire/frame-reader.ts";
import { decode, queryFor } from "../../faults/asking.ts";
import { Random, SEED } from "../../fuzz/random.ts";

/** Takes as much of each write as it is told to. */
class SlowStream implements Stream<undefined> {
  readonly context = undefined;
  readonly remote = { host: "192.0.2.1", port: 53 };
  readonly messages: Uint8Array[] = [];
  writes = 0;
  private readonly take: (length: number) => number;
  private readonly reader: FrameReader = new FrameReader();

  constructor(take: (length: number) => number) {
    this.take = take;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    const count = this.take(length);
    this.writes++;
    if (count > 0) this.reader.read(bytes.slice(offset, offset + count), this);
    return count;
  }

  frame(bytes: Uint8Array, offset: number, length: number): void {
    this.messages.push(bytes.slice(offset, offset + length));
  }

  serverName(): undefined {}
  end(): void {}
  terminate(): void {}
}

describe("the query buffer", () => {
  test("writes everything that was pushed at once, under the new IDs", () => {
    const buffer = new QueryBuffer();
    const stream = new SlowStream((length) => length);
    buffer.flush(stream);
    assert.equal(stream.writes, 0, "nothing to write");
    for (let id = 0; id < 10; id++) buffer.push(queryFor(`n${id}.example`), id, 0);
    buffer.flush(stream);
    assert.equal(stream.writes, 1);
    const decoded = stream.messages.map(decode);
    assert.deepEqual(
      decoded.map(({ id, questions }) => [id, questions![0]!.name]),
      Array.from({ length: 10 }, (_, id) => [id, `n${id}.example`]),
    );
  });

  test("pads to a multiple of the block and leaves the query as it was", () => {
    const buffer = new QueryBuffer();
    const stream = new SlowStream((length) => length);
    const query = queryFor("padded.example", 99);
    const before = query.slice();
    buffer.push(query, 7, 128);
    buffer.flush(stream);
    assert.deepEqual(query, before);
    assert.equal(stream.messages[0]!.length, 128);
    assert.equal(decode(stream.messages[0]!).id, 7);
  });

  test("keeps what the stream does not take, and loses nothing when it closes or grows", () => {
    const random = new Random(SEED);
    const buffer = new QueryBuffer();
    const stream = new SlowStream((length) => (random.oneIn(5) ? -1 : random.below(length + 1)));
    const count = 2000;
    for (let id = 0; id < count; id++) {
      buffer.push(queryFor(`n${id}.example`), id, random.oneIn(2) ? 128 : 0);
      if (random.oneIn(3)) buffer.flush(stream);
    }
    for (let i = 0; i < 10_000 && stream.messages.length < count; i++) buffer.flush(stream);
    assert.deepEqual(
      stream.messages.map((message) => decode(message).id),
      Array.from({ length: count }, (_, id) => id),
      `seed ${SEED}`,
    );
  });
});
