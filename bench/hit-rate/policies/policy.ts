// A replacement policy as the textbook has it: what the real cache is compared with. Every id has a
// size; what is in the cache never takes more than the capacity once a request has been served.

export interface Policy {
  /** Whether `id` was in the cache. Afterwards it is, if the policy keeps it. */
  request(id: number): boolean;
}

/** `sizes[id]`, in the unit of the capacity: all 1 where the capacity counts entries. */
export interface CacheSize {
  readonly capacity: number;
  readonly sizes: Int32Array;
}
