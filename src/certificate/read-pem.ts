// Takes a PEM file apart (RFC 7468): the blocks in their order, with anything between them ignored.
// A block that begins and does not end is an error, never passed over: the file was cut off.

import { readFile } from "node:fs/promises";
import { HermodError, messageOf } from "../errors.ts";

export interface PemBlock {
  /** What stands after BEGIN: `CERTIFICATE`, `EC PRIVATE KEY` … */
  readonly label: string;
  /** The block with its first and last line. */
  readonly text: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----/gs;
/** What marks a traditional key as encrypted; its label does not say so (RFC 1421 §4.6.1.1). */
const ENCRYPTED_HEADER = /^Proc-Type:.*ENCRYPTED/m;

/** Rejects with CERTIFICATE_UNREADABLE or CERTIFICATE_MALFORMED. */
export async function readPem(file: string): Promise<PemBlock[]> {
  const bytes = await readBytes(file);
  const text = new TextDecoder().decode(bytes);
  const blocks = blocksOf(text);
  if (blocks.length < text.split("-----BEGIN ").length - 1) {
    malformed(file, "is cut off: a block begins and does not end. Copy the whole file again");
  }
  if (blocks.length === 0) malformed(file, `is no PEM file${whatElse(bytes)}`);
  return blocks;
}

export function malformed(file: string, what: string): never {
  throw new HermodError("CERTIFICATE_MALFORMED", `${quoted(file)} ${what}.`);
}

/** A path as it stands in a sentence; control characters can't reach a terminal. */
export function quoted(file: string): string {
  return JSON.stringify(file);
}

function blocksOf(text: string): PemBlock[] {
  return Array.from(text.matchAll(BLOCK), ([block, label]) => ({
    label: ENCRYPTED_HEADER.test(block) ? "ENCRYPTED PRIVATE KEY" : label!,
    text: block,
  }));
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    // What follows the comma repeats the path, raw.
    const reason = messageOf(error).split(", ", 1)[0];
    const advice = "Check the path and that the user Hermod runs as may read it";
    throw new HermodError(
      "CERTIFICATE_UNREADABLE",
      `${quoted(file)} can't be read: ${reason}. ${advice}.`,
      { cause: error },
    );
  }
}

/** DER, which some authorities hand out, begins with a SEQUENCE of two or more bytes of length. */
function whatElse(bytes: Uint8Array): string {
  if (bytes[0] !== 0x30 || !(bytes[1]! >= 0x80)) return ": nothing in it begins with -----BEGIN";
  return ", it looks like DER. Convert it with openssl x509 -inform DER, or openssl pkey -inform DER";
}
