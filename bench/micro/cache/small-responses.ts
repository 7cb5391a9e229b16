// Names and small responses for the cache's benchmarks: nothing is allocated once they are made.

import { CacheKey } from "../../../src/cache/cache-key.ts";
import type { StoredFields } from "../../../src/cache/stored-response.ts";

const QNAME_LENGTH = 21;
const RESPONSE_LENGTH = 60;
const DIGITS_AT = 5;
const DIGITS = 7;
const QTYPE_A = 1;
const CLASS_IN = 1;

/** Responses of 60 bytes for host0000000.example. to host9999999.example. */
export class SmallResponses {
  readonly key: CacheKey = new CacheKey(Uint32Array.of(0x9e3779b9, 0x7f4a7c15));
  /** For the name that was set last. */
  readonly fields: StoredFields;
  private readonly response: Uint8Array = new Uint8Array(RESPONSE_LENGTH);

  constructor() {
    const qname = "\x0bhost0000000\x07example\0";
    this.response.set(new TextEncoder().encode(qname), 12);
    this.fields = {
      keyWords: this.key.words,
      storedAtSeconds: 1,
      lifetimeSeconds: 300,
      response: this.response,
      responseLength: RESPONSE_LENGTH,
      ttlOffsets: Uint16Array.of(12 + QNAME_LENGTH + 4 + 6),
      ttlCount: 1,
      flags: 0,
      edeCode: -1,
      edeText: new Uint8Array(0),
      edeTextLength: 0,
    };
  }

  /** Makes key and response those of the `id`th name. */
  set(id: number): void {
    for (let place = DIGITS - 1, rest = id; place >= 0; place--) {
      this.response[12 + DIGITS_AT + place] = 0x30 + (rest % 10);
      rest = (rest / 10) | 0;
    }
    this.setKey(QTYPE_A);
  }

  /** The key alone, of the name that is in the response. */
  setKey(qtype: number): void {
    this.key.set(this.response, 12, QNAME_LENGTH, qtype, CLASS_IN, 0);
  }
}
