// Answers hits as a resolver does that keeps records and no responses: each stored response is taken
// apart and written anew before it is given out. It is there to measure what a finished response is
// worth (experimental.finishedResponses); the answers are the same.

import {
  edeCode,
  edeTextByteOffset,
  edeTextLength,
  flags,
  lifetime,
  responseByteOffset,
  responseLength,
  STORED_FLAG,
  storedAt,
  StoredBuffer,
} from "../cache/stored-response.ts";
import { FLAG } from "../wire/constants.ts";
import { readResponse } from "../wire/read-response.ts";
import { ResponseWriter } from "../wire/response-writer.ts";
import { Answerer } from "./answer.ts";

const NO_KEY = new Uint32Array(2);

export class AssemblingAnswerer extends Answerer {
  private readonly writer: ResponseWriter = new ResponseWriter();
  private readonly assembled: StoredBuffer = new StoredBuffer();

  override respondFrom(
    words: Uint32Array,
    bytes: Uint8Array,
    block: number,
    ageSeconds: number,
    path: number,
  ): number {
    this.assemble(words, bytes, block);
    const { assembled } = this;
    return super.respondFrom(assembled.words, assembled.bytes, 0, ageSeconds, path);
  }

  private assemble(words: Uint32Array, bytes: Uint8Array, block: number): void {
    const textAt = edeTextByteOffset(words, block);
    const start = responseByteOffset(words, block);
    const response = this.write(bytes.subarray(start, start + responseLength(words, block)));
    const ttlOffsets = this.writer.ttlOffsets();
    this.assembled.write({
      keyWords: NO_KEY,
      storedAtSeconds: storedAt(words, block),
      lifetimeSeconds: lifetime(words, block),
      response,
      responseLength: response.length,
      ttlOffsets,
      ttlCount: ttlOffsets.length,
      flags: flags(words, block),
      edeCode: edeCode(words, block),
      edeText: bytes.subarray(textAt, textAt + edeTextLength(words, block)),
      edeTextLength: edeTextLength(words, block),
    });
  }

  /** `stored` went through the same writer when it came: it is well-formed. */
  private write(stored: Uint8Array): Uint8Array {
    const { writer } = this;
    const parsed = readResponse(stored);
    if (typeof parsed === "string") throw new Error(`a stored response is broken: ${parsed}`);
    writer.begin(FLAG.QR | FLAG.RD | FLAG.RA | (parsed.rcode & STORED_FLAG.RCODE_MASK), parsed);
    for (const record of parsed.records) writer.writeRecord(stored, record, record.ttl);
    const { length } = parsed.records.filter(({ section }) => section === "answer");
    return writer.finish(length, parsed.records.length - length);
  }
}
