// Names in presentation form, for people (RFC 1035 §5.1): whatever is not a plain printable
// character is written as an escape, so that a hostile name shows as what it is wherever it is
// printed.

import { MAX_LABEL_LENGTH, MAX_NAME_LENGTH } from "./constants.ts";

const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** One character of a name: \DDD, an escaped character, or a character as it is. */
const CHARACTER = /\\(\d{3})|\\(\D)|([^\\])/suy;

const BAD_ESCAPE = "has a bad escape: after \\ comes a character or three digits from 000 to 255";
const NOT_ASCII = "is not ASCII: give its A-label, which begins with xn--";

/** The well-formed uncompressed name at `offset`, with its trailing dot; "." for the root. */
export function nameToText(bytes: Uint8Array, offset: number): string {
  if (bytes[offset] === 0) return ".";
  let text = "";
  let at = offset;
  for (let label = bytes[at]!; label !== 0; label = bytes[at]!) {
    const labelEnd = at + label;
    while (at < labelEnd) text += byteToText(bytes[++at]!);
    text += ".";
    at++;
  }
  return text;
}

function byteToText(byte: number): string {
  if (byte === DOT || byte === BACKSLASH) return "\\" + String.fromCharCode(byte);
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return "\\" + String(byte).padStart(3, "0");
}

/**
 * The wire form of a name in presentation form; the trailing dot may be missing, letters keep their
 * case. Throws a RangeError that says what is wrong with the name.
 */
export function textToName(text: string): Uint8Array {
  const labels = text === "." ? [] : splitLabels(text);
  const name = new Uint8Array(labels.reduce((sum, label) => sum + label.length + 1, 1));
  if (name.length > MAX_NAME_LENGTH) fail(text, "is longer than 255 bytes in wire form");
  let at = 0;
  for (const label of labels) {
    if (label.length === 0) fail(text, "has an empty label: remove the dot that is too many");
    if (label.length > MAX_LABEL_LENGTH) fail(text, "has a label of more than 63 bytes");
    name[at] = label.length;
    name.set(label, at + 1);
    at += label.length + 1;
  }
  return name;
}

/** The bytes of each label, without the root. */
function splitLabels(text: string): number[][] {
  const labels: number[][] = [[]];
  for (CHARACTER.lastIndex = 0; CHARACTER.lastIndex < text.length;) {
    const [, decimal, escaped, plain] = CHARACTER.exec(text) ?? fail(text, BAD_ESCAPE);
    if (plain === ".") labels.push([]);
    else labels.at(-1)!.push(characterByte(text, decimal, escaped ?? plain));
  }
  if (labels.length > 1 && labels.at(-1)!.length === 0) labels.pop();
  return labels;
}

function characterByte(text: string, decimal: string | undefined, character = ""): number {
  const byte = decimal === undefined ? character.codePointAt(0)! : Number(decimal);
  if (decimal === undefined && byte > 0x7f) fail(text, NOT_ASCII);
  if (byte > 0xff) fail(text, BAD_ESCAPE);
  return byte;
}

function fail(text: string, reason: string): never {
  throw new RangeError(`The name ${JSON.stringify(text)} ${reason}.`);
}
