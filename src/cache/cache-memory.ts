// The memory of one cache: a plain object of buffers and numbers, which a worker gets by postMessage
// and makes its own views of. All that a cache needs is in here and within its capacity.

import { epochsByteLength } from "../memory/epochs.ts";
import { LINE_WORDS } from "../memory/line-words.ts";
import { ROW_WORDS } from "./entry-rows.ts";
import { PAGE_BYTES } from "./size-classes.ts";
import { PAGE_ROW_WORDS } from "./slab.ts";

/** Less does not leave a few pages for responses. */
export const MIN_CAPACITY_BYTES: number = 256 << 10;
/** So that offsets in bytes are int32. */
export const MAX_CAPACITY_BYTES: number = 0x7fff0000;

/** What an entry is taken to need in all: 32 row + 16 index + 1 mark + 143 for its block. */
const BYTES_PER_ENTRY = 192;
/** An int32 hash and an int32 reference. */
const SLOT_BYTES = 8;

export interface CacheMemory {
  /** Entries that the rows and the marks are made for. */
  readonly entryCount: number;
  /** Slots of the index, a power of two. */
  readonly slotCount: number;
  readonly pageCount: number;
  readonly maxReaders: number;
  /** hash-index: slotCount × 8 bytes. */
  readonly index: ArrayBufferLike;
  /** entry-rows: entryCount × 32 bytes. Only the writer looks here. */
  readonly rows: ArrayBufferLike;
  /** entryCount × 1 byte: not 0 when the entry was found since the writer last looked. */
  readonly marks: ArrayBufferLike;
  /** slab: pageCount × 32 bytes. Only the writer looks here. */
  readonly pages: ArrayBufferLike;
  /** slab: pageCount × 16 KiB, the stored responses. */
  readonly slab: ArrayBufferLike;
  /** memory/epochs: (maxReaders + 1) × lineWords × 4 bytes. */
  readonly epochs: ArrayBufferLike;
  /** How far apart words lie that different threads write. */
  readonly lineWords: number;
}

export interface CacheMemoryOptions {
  /** MIN_CAPACITY_BYTES to MAX_CAPACITY_BYTES, for everything. */
  readonly capacityBytes: number;
  /** Whether other threads will read it. */
  readonly shared: boolean;
  /** Threads besides the writer's that read it. */
  readonly maxReaders: number;
  /** By default a cache line; 1 packs what threads write, to measure what that costs. */
  readonly lineWords?: number;
}

/** Throws a RangeError when the capacity is out of range. The pages of the memory are touched as they are used. */
export function createCacheMemory(options: CacheMemoryOptions): CacheMemory {
  const { capacityBytes, lineWords = LINE_WORDS, maxReaders, shared } = options;
  if (!(capacityBytes >= MIN_CAPACITY_BYTES && capacityBytes <= MAX_CAPACITY_BYTES)) {
    throw new RangeError(
      `capacityBytes is ${capacityBytes}, not ${MIN_CAPACITY_BYTES} to ${MAX_CAPACITY_BYTES}`,
    );
  }
  const entryCount = Math.floor(capacityBytes / BYTES_PER_ENTRY);
  // Two thirds full at most, one third at least: a search then looks at 2 slots for what is there
  // and at 5 for what is not.
  const slotCount = 2 ** Math.ceil(Math.log2(1.5 * entryCount));
  const epochsBytes = epochsByteLength(maxReaders, lineWords);
  // capacity = slots × 8 + entries × (32 + 1) + epochs + pages × (16 KiB + 32)
  const taken = slotCount * SLOT_BYTES + entryCount * (ROW_WORDS * 4 + 1) + epochsBytes;
  const pageCount = Math.floor((capacityBytes - taken) / (PAGE_BYTES + PAGE_ROW_WORDS * 4));
  const allocate = shared ? allocateShared : allocatePlain;
  return {
    entryCount,
    slotCount,
    pageCount,
    maxReaders,
    index: allocate(slotCount * SLOT_BYTES),
    rows: allocate(entryCount * ROW_WORDS * 4),
    marks: allocate(entryCount),
    pages: allocate(pageCount * PAGE_ROW_WORDS * 4),
    slab: allocate(pageCount * PAGE_BYTES),
    epochs: allocate(epochsBytes),
    lineWords,
  };
}

function allocateShared(byteLength: number): SharedArrayBuffer {
  return new SharedArrayBuffer(byteLength);
}

function allocatePlain(byteLength: number): ArrayBuffer {
  return new ArrayBuffer(byteLength);
}
