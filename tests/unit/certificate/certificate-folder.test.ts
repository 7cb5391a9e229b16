// Which folder is chosen: the project's own from a checkout, the user's from anywhere else.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { certificateFolder } from "../../../src/certificate/certificate-folder.ts";
import { temporaryFolder } from "./openssl.ts";

const SOURCE = fileURLToPath(
  new URL("../../../src/certificate/certificate-folder.ts", import.meta.url),
);

/** The same module as if the project lay in `root`. */
async function chooserIn(root: string): Promise<() => string> {
  const file = join(root, "src", "certificate", "certificate-folder.ts");
  mkdirSync(join(root, "src", "certificate"), { recursive: true });
  copyFileSync(SOURCE, file);
  const module = (await import(pathToFileURL(file).href)) as { certificateFolder(): string };
  return module.certificateFolder;
}

function withStateHome<T>(value: string | undefined, body: () => T): T {
  const before = process.env["XDG_STATE_HOME"];
  const set = (wanted: string | undefined): void => {
    if (wanted === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = wanted;
  };
  set(value);
  try {
    return body();
  } finally {
    set(before);
  }
}

describe("the folder of the development certificate", () => {
  test("is the project's certs/, which git leaves alone", () => {
    const folder = certificateFolder();
    assert.ok(existsSync(join(folder, "README.md")));
    const ignored = readFileSync(join(folder, "..", ".gitignore"), "utf8").split("\n");
    assert.ok(ignored.includes("certs/*"));
  });

  test("is the user's state folder where the project's is not on disk", async () => {
    const root = temporaryFolder();
    const choose = await chooserIn(root);
    assert.equal(
      withStateHome("/var/lib", () => choose()),
      "/var/lib/hermod",
    );
    const usual = join(homedir(), ".local", "state", "hermod");
    assert.equal(
      withStateHome(undefined, () => choose()),
      usual,
    );
    assert.equal(
      withStateHome("relative/path", () => choose()),
      usual,
    );
  });

  test("takes only a certs/ of the project's", async () => {
    const root = temporaryFolder();
    const choose = await chooserIn(root);
    mkdirSync(join(root, "certs"));
    assert.equal(
      withStateHome("/var/lib", () => choose()),
      "/var/lib/hermod",
    );
    writeFileSync(join(root, "certs", "README.md"), "");
    assert.equal(choose(), join(root, "certs"));
  });
});
