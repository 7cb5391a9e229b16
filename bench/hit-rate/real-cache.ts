// The cache itself as a policy: a request is a look-up through a reader, and what is not there is
// inserted as a response of the given size. Nothing of src/cache is stood in for.

import { CacheKey } from "../../src/cache/cache-key.ts";
import { type CacheMemory, createCacheMemory } from "../../src/cache/cache-memory.ts";
import { CacheReader } from "../../src/cache/cache-reader.ts";
import type { CacheStats } from "../../src/cache/cache-stats.ts";
import { CacheWriter } from "../../src/cache/cache-writer.ts";
import { type StoredFields, storedByteLength } from "../../src/cache/stored-response.ts";
import type { NamePopulation } from "./name-population.ts";
import type { Policy } from "./policies/policy.ts";

const HEADER_LENGTH = 12;
const QTYPE_A = 1;
const CLASS_IN = 1;

export interface RealCacheOptions {
  readonly capacityBytes: number;
  readonly names: NamePopulation;
  /** By id. */
  readonly responseBytes: Int32Array;
}

export class RealCache implements Policy {
  readonly memory: CacheMemory;
  private readonly writer: CacheWriter;
  private readonly reader: CacheReader;
  private readonly key: CacheKey = new CacheKey(Uint32Array.of(0x9e3779b9, 0x7f4a7c15));
  private readonly names: NamePopulation;
  private readonly responseBytes: Int32Array;
  private readonly fields: ResponseFields;

  constructor({ capacityBytes, names, responseBytes }: RealCacheOptions) {
    this.memory = createCacheMemory({ capacityBytes, shared: true, maxReaders: 1 });
    this.writer = new CacheWriter(this.memory);
    this.reader = new CacheReader(this.memory);
    this.names = names;
    this.responseBytes = responseBytes;
    this.fields = new ResponseFields(this.key);
  }

  get stats(): Readonly<CacheStats> {
    return this.writer.stats;
  }

  request(id: number): boolean {
    const qname = this.names.qnameOf(id);
    this.key.set(qname, 0, qname.length, QTYPE_A, CLASS_IN, 0);
    if (this.reader.find(this.key) >= 0) return true;
    this.fields.set(qname, this.responseBytes[id]!);
    this.writer.insert(this.key, this.fields);
    return false;
  }
}

/** Bytes that a response of `length` bytes with one record takes where nothing is rounded up. */
export function entryBytes(length: number): number {
  measured.responseLength = length;
  return storedByteLength(measured);
}

class ResponseFields implements StoredFields {
  readonly keyWords: Uint32Array;
  readonly storedAtSeconds = 1;
  readonly lifetimeSeconds = 300;
  readonly response: Uint8Array = new Uint8Array(65_535);
  responseLength = 0;
  readonly ttlOffsets: Uint16Array = new Uint16Array(1);
  readonly ttlCount = 1;
  readonly flags = 0;
  readonly edeCode = -1;
  readonly edeText: Uint8Array = new Uint8Array(0);
  readonly edeTextLength = 0;

  constructor(key: CacheKey) {
    this.keyWords = key.words;
  }

  set(qname: Uint8Array, length: number): void {
    this.response.set(qname, HEADER_LENGTH);
    this.responseLength = length;
  }
}

const measured = new ResponseFields(new CacheKey(new Uint32Array(2)));
