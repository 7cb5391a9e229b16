// A file appears whole, with its mode, and leaves nothing else behind.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, test } from "node:test";
import { placeFile } from "../../../src/certificate/place-file.ts";
import { temporaryFolder } from "./openssl.ts";

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

describe("placing a file", () => {
  test("keeps others out under any umask", async () => {
    const file = join(temporaryFolder(), "secret");
    const before = process.umask(0);
    try {
      await placeFile(file, "one", 0o600, "create");
      assert.equal(modeOf(file), 0o600);
      await placeFile(file, "two", 0o600, "replace");
      assert.equal(modeOf(file), 0o600);
    } finally {
      process.umask(before);
    }
  });

  test("over one that anyone may read leaves one that only the owner may", async () => {
    const file = join(temporaryFolder(), "secret");
    writeFileSync(file, "old", { mode: 0o644 });
    assert.ok(await placeFile(file, "new", 0o600, "replace"));
    assert.deepEqual([readFileSync(file, "utf8"), modeOf(file)], ["new", 0o600]);
  });

  test("to create it leaves alone what is there", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "secret");
    assert.equal(await placeFile(file, "first", 0o600, "create"), true);
    assert.equal(await placeFile(file, "second", 0o600, "create"), false);
    assert.equal(readFileSync(file, "utf8"), "first");
    assert.deepEqual(readdirSync(folder), ["secret"]);
  });

  test("to create it succeeds for one of many, in whole", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "secret");
    const texts = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(5000));
    const placed = await Promise.all(texts.map((text) => placeFile(file, text, 0o600, "create")));
    assert.equal(placed.filter(Boolean).length, 1);
    assert.equal(readFileSync(file, "utf8"), texts[placed.indexOf(true)]);
    assert.deepEqual(readdirSync(folder), ["secret"]);
  });

  test("to replace it never shows a part", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "secret");
    const texts = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(5000));
    await placeFile(file, texts[0]!, 0o600, "create");
    let isWriting = true;
    const writing = Promise.all(texts.map((text) => placeFile(file, text, 0o600, "replace")));
    void writing.finally(() => (isWriting = false));
    do {
      assert.ok(texts.includes(readFileSync(file, "utf8")));
      await new Promise((resolve) => setTimeout(resolve, 0));
    } while (isWriting);
    await writing;
    assert.deepEqual(readdirSync(folder), ["secret"]);
  });

  test("where it can't be reports the fault and leaves nothing", async () => {
    const folder = temporaryFolder();
    await assert.rejects(placeFile(join(folder, "none", "secret"), "", 0o600, "create"), {
      code: "ENOENT",
    });
    await assert.rejects(placeFile(folder, "", 0o600, "replace"));
    assert.deepEqual(readdirSync(folder), []);
  });
});
