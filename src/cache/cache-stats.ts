// What the cache's writer counts. Written by the writer alone, on its own thread.

export interface CacheStats {
  /** Responses in the cache now. */
  entries: number;
  /** Bytes of their blocks now, the size classes' rounding included. */
  bytes: number;
  /** Inserts that were kept, updates included. */
  insertions: number;
  /** Of those, the ones under a key that was there. */
  updates: number;
  /** Entries that gave way to others. */
  evictions: number;
  /** Inserts that were not kept, for any reason. */
  refused: number;
  /** Of those: longer than the largest block. */
  refusedTooLarge: number;
  /** Of those: there was memory, but it waited for readers to move on. */
  refusedWaiting: number;
  /** Pages emptied for another size class. */
  pageMoves: number;
}

export function emptyStats(): CacheStats {
  return {
    entries: 0,
    bytes: 0,
    insertions: 0,
    updates: 0,
    evictions: 0,
    refused: 0,
    refusedTooLarge: 0,
    refusedWaiting: 0,
    pageMoves: 0,
  };
}
