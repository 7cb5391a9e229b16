// What a query of the load is meant to meet at the server.

/** By number, as the data plane has them. */
export const QUERY_CLASSES = ["hit", "miss", "blocked"] as const;
export type QueryClass = (typeof QUERY_CLASSES)[number];

export const HIT = 0;
export const MISS = 1;
export const BLOCKED = 2;

/** A pick names one question: its number among those of its class, and the class in the low bits. */
export const CLASS_BITS = 2;
export const CLASS_MASK: number = (1 << CLASS_BITS) - 1;
/** So that a pick is a positive int32. */
export const MAX_QUESTIONS: number = 1 << (30 - CLASS_BITS);
