// IP addresses from text into 16 bytes, IPv4 as ::ffff:a.b.c.d, so that both kinds compare alike.

import { isIPv4, isIPv6 } from "node:net";

const GROUPS = 8;

/** Undefined for what is not an address; zones (`%eth0`) are not part of one. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return ipv6Bytes(`::ffff:${text}`);
  return isIPv6(text) && !text.includes("%") ? ipv6Bytes(text) : undefined;
}

/** Loopback: 127.0.0.0/8 or ::1. `bytes` as addressBytes() gives them. */
export function isLoopback(bytes: Uint8Array): boolean {
  const isZero = (from: number, to: number): boolean => bytes.slice(from, to).every((b) => b === 0);
  if (!isZero(0, 10)) return false;
  const isMapped = bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes[12] === 127 : isZero(10, 15) && bytes[15] === 1;
}

/** `text` is a valid address. */
function ipv6Bytes(text: string): Uint8Array {
  const [head = "", tail = ""] = withoutDottedQuad(text).split("::");
  const [left, right] = [groups(head), groups(tail)];
  const gap = Array<number>(GROUPS - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...gap, ...right].flatMap((group) => [group >> 8, group & 255]));
}

function withoutDottedQuad(text: string): string {
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number);
    return `${(a! * 256 + b!).toString(16)}:${(c! * 256 + d!).toString(16)}`;
  });
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}
