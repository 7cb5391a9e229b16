// Pieces of presentation format (RFC 1035 §5.1): names and character strings in printable ASCII, with
// everything else as \DDD.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
/** Five bits a digit. */
const BASE32_GROUP_BYTES = 5;

/** A name as dns-packet gives it, its labels joined by dots; `\.` is a dot within a label. */
export function presentName(name: string): string {
  if (name === ".") return name;
  const bytes = Buffer.from(name);
  const isEscape = (i: number): boolean => bytes[i] === BACKSLASH && bytes[i + 1] === DOT;
  const plain = (byte: number, i: number): boolean =>
    isPrintable(byte) && byte !== 0x20 && (byte !== BACKSLASH || isEscape(i));
  return `${present(bytes, plain)}.`;
}

/** A character string in quotes. */
export function presentString(bytes: Uint8Array): string {
  const text = present(bytes, (byte) => isPrintable(byte) && byte !== QUOTE && byte !== BACKSLASH);
  return `"${text}"`;
}

/** Unknown RDATA (RFC 3597 §5). */
export function presentUnknown(rdata: Uint8Array): string {
  return `\\# ${rdata.length} ${presentHex(rdata)}`.trimEnd();
}

/** Upper case; empty for no bytes. */
export function presentHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}

export function presentBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Base 32 with the extended hex alphabet, without padding (RFC 4648 §7), as NSEC3 has it. */
export function presentBase32Hex(bytes: Uint8Array): string {
  const digits = Math.ceil((bytes.length * 8) / 5);
  const padded = Buffer.alloc(Math.ceil(bytes.length / BASE32_GROUP_BYTES) * BASE32_GROUP_BYTES);
  padded.set(bytes);
  const text = BigInt(`0x0${padded.toString("hex")}`)
    .toString(32)
    .toUpperCase();
  return text.padStart((padded.length * 8) / 5, "0").slice(0, digits);
}

/** A time of a signature in seconds since 1970, as YYYYMMDDHHmmSS (RFC 4034 §3.2). */
export function presentTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\D/g, "").slice(0, 14);
}

/** Four or sixteen bytes. */
export function presentAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = presentHex(bytes).match(/.{4}/g)!.join(":");
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

function present(bytes: Uint8Array, isPlain: (byte: number, position: number) => boolean): string {
  return Array.from(bytes, (byte, i) =>
    isPlain(byte, i) ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, "0")}`,
  ).join("");
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
