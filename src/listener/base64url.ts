// Data plane: no allocation after start.
// Reads base64url without padding (RFC 4648 §5), as DNS over HTTPS puts queries into URLs.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES: Int8Array = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/**
 * Decodes the characters of `text` from `start` to before `end` into the beginning of `out`. Returns
 * the number of bytes, or -1 for what is not base64url, is padded, or has more bytes than fit.
 */
export function decodeBase64Url(text: string, start: number, end: number, out: Uint8Array): number {
  const rest = (end - start) & 3;
  const length = ((end - start - rest) / 4) * 3 + (rest === 0 ? 0 : rest - 1);
  if (rest === 1 || length > out.length) return -1;
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : -1;
    if (value < 0) return -1;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      out[at++] = bits >> bitCount;
    }
  }
  return length;
}
