// Large data sets that tests use where they are, and do without where they are not: the environment
// variable HERMOD_TEST_DATA names their folder.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";

/** Path of a data set; undefined when the variable is not set or the file is not there. */
export function dataPath(name: string): string | undefined {
  const folder = process.env["HERMOD_TEST_DATA"];
  if (!folder) return undefined;
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

export interface ArchiveFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK_LENGTH = 512;
const REGULAR_FILES = ["0", "\0"];

/**
 * The regular files of a gzipped tar archive (POSIX ustar: blocks of 512 bytes, sizes in octal).
 */
export function* readTarGz(path: string): Generator<ArchiveFile> {
  const archive = gunzipSync(readFileSync(path));
  let at = 0;
  while (at + BLOCK_LENGTH <= archive.length && archive[at] !== 0) {
    const name = archive.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const length = parseInt(archive.toString("latin1", at + 124, at + 136), 8);
    const kind = archive.toString("latin1", at + 156, at + 157);
    const start = at + BLOCK_LENGTH;
    if (REGULAR_FILES.includes(kind)) {
      yield { name, bytes: Uint8Array.from(archive.subarray(start, start + length)) };
    }
    at = start + Math.ceil(length / BLOCK_LENGTH) * BLOCK_LENGTH;
  }
}
