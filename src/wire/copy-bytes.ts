// Copies of short pieces: slice() costs several times as much for the length of a DNS message.

/** The `length` bytes at `offset`, in a buffer of their own. */
export function copyOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  for (let i = 0; i < length; i++) copy[i] = bytes[offset + i]!;
  return copy;
}
