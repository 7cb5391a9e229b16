// Hits are copied by words, or by bytes where that is turned off; the response is the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { WordBuffer } from "../../../src/memory/word-buffer.ts";
import { createAnswerer } from "../../../src/resolver/create-answerer.ts";
import { Answering, OUT_OFFSET } from "../../answering.ts";
import { encode } from "../../scripted-group.ts";

const CAPACITY = 1024;

/** The bytes are not the words' memory, so that it shows which of them were written. */
function apart(): WordBuffer {
  return { bytes: new Uint8Array(CAPACITY), words: new Uint32Array(CAPACITY / 4) };
}

test("words are written only when copies are by words", () => {
  const set = new Answering();
  const networks = [{ bytes: new Uint8Array(16), prefixLength: 0 }];
  const settings = {
    ...{ cache: set.memory, keySecret: set.secret, networks },
    cookieSecret: new Uint8Array(16),
    keepalive: new Uint8Array(2),
  };
  const questions = [{ name: "one.example", type: "A" }];
  const query = encode({ type: "query", id: 1, flags: 0x100, questions });
  const answers = [{ type: "A", name: "one.example", ttl: 300, data: "192.0.2.1" }];
  set.keep(query, encode({ questions, answers }));
  const whole = set.answer(query) as Uint8Array;
  for (const copiesWords of [true, false]) {
    const out = apart();
    const answerer = createAnswerer({ ...settings, copiesWords });
    const { length } = query;
    const written = answerer.answer(query, 0, length, out, OUT_OFFSET, CAPACITY - 8, set.client);
    assert.equal(written, whole.length);
    assert.equal(
      out.words.some((word) => word !== 0),
      copiesWords,
    );
    const got = out.bytes.slice(OUT_OFFSET, OUT_OFFSET + written);
    assert.equal(Buffer.from(got).equals(Buffer.from(whole)), !copiesWords);
  }
});
