// The certificate that is made when none is configured: what it says, who may read it, when it is
// renewed, and that whoever starts at the same time gets the same pair.

import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { daysLeft } from "../../../src/certificate/days-left.ts";
import { developmentCertificate } from "../../../src/certificate/development-certificate.ts";
import {
  type CertificateFiles,
  loadCertificate,
} from "../../../src/certificate/load-certificate.ts";
import { HermodError } from "../../../src/errors.ts";
import { run } from "../../e2e/child-process.ts";
import { needs } from "../../e2e/programs.ts";
import { makePair, openssl, type PairOptions, temporaryFolder } from "./openssl.ts";

/** Making RSA keys takes its time on a busy machine. */
const options = { skip: needs("openssl"), timeout: 60_000 };

function contents(files: CertificateFiles): string[] {
  return [files.certificateFile, files.keyFile].map((file) => readFileSync(file, "utf8"));
}

/** A folder in which such a pair already lies under the names of the development certificate. */
function folderWith(options: PairOptions): string {
  const folder = temporaryFolder();
  const { certificate, key } = makePair(options);
  writeFileSync(join(folder, "development.pem"), certificate);
  writeFileSync(join(folder, "development.key"), key, { mode: 0o600 });
  return folder;
}

describe("a first start", () => {
  test("makes a pair for this machine alone, valid for a year", async () => {
    const folder = join(temporaryFolder(), "not", "there", "yet");
    const files = await developmentCertificate(folder);
    assert.equal(files.isNew, true);
    const loaded = await loadCertificate(files);
    assert.deepEqual([loaded.names, loaded.ips], [["localhost"], ["127.0.0.1", "::1"]]);
    assert.equal(daysLeft(loaded, new Date()), 364);
    assert.equal(loaded.warning, undefined);
    assert.equal(statSync(files.keyFile).mode & 0o777, 0o600);
    assert.equal(statSync(files.certificateFile).mode & 0o022, 0);
    assert.deepEqual(readdirSync(folder).sort(), ["development.key", "development.pem"]);
  });

  test("makes what openssl takes for a server's certificate", options, async () => {
    const { certificateFile, keyFile } = await developmentCertificate(temporaryFolder());
    const subjects = [
      ["-verify_hostname", "localhost"],
      ["-verify_ip", "127.0.0.1"],
      ["-verify_ip", "::1"],
    ];
    for (const subject of subjects) {
      const purpose = ["-x509_strict", "-purpose", "sslserver", ...subject];
      openssl("verify", ...purpose, "-CAfile", certificateFile, certificateFile);
    }
    const text = openssl("x509", "-noout", "-text", "-in", certificateFile);
    for (const expected of ["CA:FALSE", "NIST CURVE: P-256", "Digital Signature\n"]) {
      assert.ok(text.includes(expected), text);
    }
    openssl("pkey", "-check", "-noout", "-in", keyFile);
  });

  test("makes another key and serial number each time", async () => {
    const first = await developmentCertificate(temporaryFolder());
    const second = await developmentCertificate(temporaryFolder());
    assert.notEqual(contents(first)[0], contents(second)[0]);
    assert.notEqual(contents(first)[1], contents(second)[1]);
  });
});

describe("a later start", () => {
  test("finds the pair and leaves it alone", async () => {
    const folder = temporaryFolder();
    const before = contents(await developmentCertificate(folder));
    const files = await developmentCertificate(folder);
    assert.equal(files.isNew, false);
    assert.deepEqual(contents(files), before);
  });

  test("takes the key away from others", async () => {
    const folder = temporaryFolder();
    const { keyFile } = await developmentCertificate(folder);
    chmodSync(keyFile, 0o644);
    assert.equal((await developmentCertificate(folder)).isNew, false);
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  });

  test("renews it when fewer than 30 days are left, and keeps the key", options, async () => {
    const folder = folderWith({ toDays: 29.9 });
    const key = readFileSync(join(folder, "development.key"), "utf8");
    const files = await developmentCertificate(folder);
    assert.equal(files.isNew, true);
    const loaded = await loadCertificate(files);
    assert.deepEqual([loaded.key, daysLeft(loaded, new Date())], [key, 364]);
    assert.equal((await developmentCertificate(folderWith({ toDays: 30.5 }))).isNew, false);
  });

  test("renews one that is expired or not yet valid", options, async () => {
    for (const dates of [{ fromDays: -9, toDays: -1 }, { fromDays: 1 }]) {
      const files = await developmentCertificate(folderWith(dates));
      assert.equal(files.isNew, true);
      await loadCertificate(files);
    }
  });

  const faults: Record<string, (files: CertificateFiles) => void> = {
    "the certificate is gone": ({ certificateFile }) => rmSync(certificateFile),
    "the key is gone": ({ keyFile }) => rmSync(keyFile),
    "the certificate is empty": ({ certificateFile }) => writeFileSync(certificateFile, ""),
    "the key is empty": ({ keyFile }) => writeFileSync(keyFile, ""),
    "the key is cut off": ({ keyFile }) =>
      writeFileSync(keyFile, readFileSync(keyFile, "utf8").slice(0, 100)),
    "the certificate is garbage": ({ certificateFile }) => writeFileSync(certificateFile, "\0x\n"),
    "the files are swapped": (files) => {
      const [certificate, key] = contents(files);
      writeFileSync(files.certificateFile, key!);
      writeFileSync(files.keyFile, certificate!);
    },
  };
  for (const [fault, breakIt] of Object.entries(faults)) {
    test(`mends the pair when ${fault}`, async () => {
      const folder = temporaryFolder();
      breakIt(await developmentCertificate(folder));
      const files = await developmentCertificate(folder);
      assert.equal(files.isNew, true);
      await loadCertificate(files);
      assert.equal(statSync(files.keyFile).mode & 0o777, 0o600);
      assert.equal((await developmentCertificate(folder)).isNew, false);
    });
  }

  test("mends a pair that does not belong together", options, async () => {
    for (const keyType of ["ecdsa", "ecdsa-384", "rsa"] as const) {
      const folder = temporaryFolder();
      const { keyFile } = await developmentCertificate(folder);
      writeFileSync(keyFile, makePair({ keyType }).key);
      await loadCertificate(await developmentCertificate(folder));
    }
  });
});

describe("a folder that can't be written", () => {
  test("ends in a sentence that says so", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const folder = join(file, "certs");
    await assert.rejects(developmentCertificate(folder), (error: unknown) => {
      assert.ok(error instanceof HermodError);
      assert.equal(error.code, "CERTIFICATE_FOLDER");
      assert.ok(error.message.includes(folder) && error.message.includes("--tls-cert"));
      return true;
    });
  });

  test("because something else has the name of the key", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "development.key"));
    await assert.rejects(developmentCertificate(folder), { code: "CERTIFICATE_FOLDER" });
  });
});

describe("many starts at once", () => {
  test("in one process end with one pair", async () => {
    for (let round = 0; round < 5; round++) {
      const folder = temporaryFolder();
      const all = await Promise.all(
        Array.from({ length: 8 }, async () =>
          loadCertificate(await developmentCertificate(folder)),
        ),
      );
      assert.equal(new Set(all.map(({ key }) => key)).size, 1);
    }
  });

  test("after a broken key end with a pair that fits", async () => {
    for (let round = 0; round < 5; round++) {
      const folder = temporaryFolder();
      const files = await developmentCertificate(folder);
      writeFileSync(files.keyFile, "broken");
      await Promise.all(Array.from({ length: 8 }, () => developmentCertificate(folder)));
      await loadCertificate(files);
      assert.equal(readdirSync(folder).length, 2);
    }
  });

  test("in processes of their own end with one pair", { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL("make-development-certificate.ts", import.meta.url));
    const program = process.versions["bun"] === undefined ? ["run", "-A", script] : [script];
    for (let round = 0; round < 3; round++) {
      const folder = temporaryFolder();
      const all = await Promise.all(
        Array.from({ length: 4 }, () =>
          run(process.execPath, [...program, folder], { timeoutMs: 20_000 }),
        ),
      );
      for (const child of all) assert.equal(child.exit.code, 0, child.stderr);
      assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1);
      assert.match(all[0]!.stdout, /^[0-9a-f]{64}$/);
      await loadCertificate(await developmentCertificate(folder));
    }
  });
});
