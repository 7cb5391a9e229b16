// Data sets are found by an environment variable, and a tar archive gives its files byte for byte.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { dataPath, readTarGz } from "../data-sets.ts";

const folder = mkdtempSync(join(tmpdir(), "hermod-data-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A tar entry: a header block, then the bytes padded to whole blocks. */
function entry(name: string, kind: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(bytes.length.toString(8).padStart(11, "0") + "\0", 124);
  header.write(kind, 156);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([header, bytes, padding]);
}

describe("dataPath", () => {
  test("finds what is there and nothing else", () => {
    const before = process.env["HERMOD_TEST_DATA"];
    writeFileSync(join(folder, "there"), "");
    try {
      delete process.env["HERMOD_TEST_DATA"];
      assert.equal(dataPath("there"), undefined);
      process.env["HERMOD_TEST_DATA"] = folder;
      assert.equal(dataPath("there"), join(folder, "there"));
      assert.equal(dataPath("missing"), undefined);
    } finally {
      if (before === undefined) delete process.env["HERMOD_TEST_DATA"];
      else process.env["HERMOD_TEST_DATA"] = before;
    }
  });
});

describe("readTarGz", () => {
  test("gives the regular files, in order, whatever their length", () => {
    const lengths = [0, 1, 511, 512, 513, 2000];
    const files = lengths.map((length) => Buffer.alloc(length, length % 251));
    const archive = [
      entry("folder/", "5", Buffer.alloc(0)),
      ...files.map((bytes, i) => entry(`folder/${i}`, "0", bytes)),
      Buffer.alloc(1024),
    ];
    const path = join(folder, "files.tar.gz");
    writeFileSync(path, gzipSync(Buffer.concat(archive)));
    const read = Array.from(readTarGz(path));
    assert.deepEqual(
      read.map(({ name }) => name),
      lengths.map((_, i) => `folder/${i}`),
    );
    for (const [i, { bytes }] of read.entries()) assert.deepEqual([...bytes], [...files[i]!]);
  });
});
