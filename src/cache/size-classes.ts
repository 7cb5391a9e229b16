// Data plane: no allocation after start.
// Sizes of blocks: multiples of 16 bytes, from one to the next 16 bytes or about an eighth, so that
// little of a block is wasted. Where few fit a page they are as large as so many of them can be.

/**
 * What a page of the slab holds, and the largest block. Each class has a page that is half full on
 * average, which costs a small cache dearly: with the mixed sizes of bench/hit-rate/response-sizes one
 * of 1 MiB had half of its blocks' bytes free with pages of 64 KiB, and an eighth with these.
 */
export const PAGE_SHIFT = 14;
export const PAGE_BYTES: number = 1 << PAGE_SHIFT;
/** A response to the root's shortest question takes 52 bytes. */
const SMALLEST_BYTES = 64;
/** Below this what is left over at the end of a page does not matter. */
const EXACT_BYTES = 256;
const GRAIN_SHIFT = 4;
const GRAIN_BYTES: number = 1 << GRAIN_SHIFT;

/** Bytes of a block, by class, smallest first. */
export const CLASS_BYTES: Int32Array = makeClasses();
export const CLASS_COUNT: number = CLASS_BYTES.length;
/** Blocks in a page, by class. */
export const CLASS_BLOCKS: Int32Array = CLASS_BYTES.map((bytes) => Math.floor(PAGE_BYTES / bytes));

const CLASS_BY_GRAINS: Uint8Array = makeLookup();

/** The class of the smallest block that holds `byteLength` bytes (over 0), or −1: none does. */
export function sizeClassOf(byteLength: number): number {
  if (byteLength > PAGE_BYTES) return -1;
  return CLASS_BY_GRAINS[(byteLength + GRAIN_BYTES - 1) >> GRAIN_SHIFT]!;
}

function makeClasses(): Int32Array {
  const sizes: number[] = [];
  for (let size = PAGE_BYTES; size >= SMALLEST_BYTES;) {
    sizes.unshift(size);
    const limit = size - Math.max(GRAIN_BYTES, toGrain(size / 8));
    size = limit < EXACT_BYTES ? limit : toGrain(PAGE_BYTES / Math.ceil(PAGE_BYTES / limit));
  }
  return Int32Array.from(sizes);
}

function makeLookup(): Uint8Array {
  const lookup = new Uint8Array((PAGE_BYTES >> GRAIN_SHIFT) + 1);
  let sizeClass = 0;
  for (let grains = 0; grains < lookup.length; grains++) {
    if (grains << GRAIN_SHIFT > CLASS_BYTES[sizeClass]!) sizeClass++;
    lookup[grains] = sizeClass;
  }
  return lookup;
}

function toGrain(bytes: number): number {
  return Math.floor(bytes / GRAIN_BYTES) * GRAIN_BYTES;
}
