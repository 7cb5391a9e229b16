// Addresses as the runtime gives them (text) into the four words that a ClientRow holds. Clients come
// back, so that the last few thousand are remembered.

const CAPACITY = 4096;
const MAPPED_PREFIX = 0xffff;

export class AddressWords {
  private readonly known: Map<string, Uint32Array> = new Map();

  /** The words of `address`; they belong to this table and must not be changed. */
  of(address: string): Uint32Array {
    const known = this.known.get(address);
    if (known !== undefined) return known;
    if (this.known.size >= CAPACITY) this.known.clear();
    const words = addressToWords(address);
    this.known.set(address, words);
    return words;
  }
}

/**
 * Four words, most significant first; IPv4 as ::ffff:a.b.c.d. A zone after `%` is left out. Throws a
 * RangeError for anything that is not an address.
 */
export function addressToWords(address: string): Uint32Array {
  const zone = address.indexOf("%");
  const text = zone < 0 ? address : address.slice(0, zone);
  return text.includes(":") ? ipv6Words(text) : ipv4Words(text);
}

function ipv4Words(text: string): Uint32Array {
  return Uint32Array.of(0, 0, MAPPED_PREFIX, ipv4Word(text));
}

function ipv4Word(text: string): number {
  const parts = text.split(".");
  const numbers = parts.map(Number);
  const valid = parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p));
  if (!valid || numbers.some((n) => n > 255)) throw new RangeError(`not an address: ${text}`);
  return numbers.reduce((word, n) => word * 256 + n, 0);
}

function ipv6Words(text: string): Uint32Array {
  const [head = "", tail] = splitOnce(text, "::");
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) throw new RangeError(`not an address: ${text}`);
  const all = [...left, ...Array<number>(gap).fill(0), ...right];
  return Uint32Array.from([0, 2, 4, 6], (i) => all[i]! * 0x10000 + all[i + 1]!);
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** 16-bit groups; a dotted IPv4 address at the end counts as two. */
function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (part.includes(".")) {
      const word = ipv4Word(part);
      return [word >>> 16, word & 0xffff];
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw new RangeError(`not an address: ${text}`);
    return [parseInt(part, 16)];
  });
}
