// How far apart words lie that different threads write: a cache line, so that none takes it from the
// others with every store.

/** In words of 32 bits. */
export const LINE_WORDS = 16;
