// What does not load: each fault has its code and a sentence that names the file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  type CertificateFiles,
  loadCertificate,
} from "../../../src/certificate/load-certificate.ts";
import { HermodError } from "../../../src/errors.ts";
import { needs } from "../../e2e/programs.ts";
import { makePair, openssl, temporaryFolder, writePair } from "./openssl.ts";

/** Making RSA keys takes its time on a busy machine. */
const options = { skip: needs("openssl"), timeout: 60_000 };

/** The sentence with which the files are refused. */
async function refusal(files: CertificateFiles, code: string): Promise<string> {
  const error = await loadCertificate(files).then(
    () => assert.fail(`loaded, should be ${code}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof HermodError, String(error));
  assert.equal(error.code, code, error.message);
  assert.ok(!error.message.includes("\n"), error.message);
  assert.match(error.message, /[.?]$/);
  return error.message;
}

async function refusedPair(certificate: string, key: string, code: string): Promise<string> {
  return await refusal(writePair(temporaryFolder(), certificate, key), code);
}

/** With the characters of the middle line changed, which leaves the PEM form as it was. */
function scrambled(pem: string): string {
  const lines = pem.trimEnd().split("\n");
  lines[1] = lines[1]!.split("").reverse().join("");
  return lines.join("\n");
}

describe("the dates", () => {
  test("an expired certificate is refused", options, async () => {
    const pair = makePair({ fromDays: -90, toDays: -0.01 });
    const message = await refusal(pair, "CERTIFICATE_EXPIRED");
    assert.ok(message.includes(pair.certificateFile), message);
    assert.match(message, /expired on \d{4}-\d\d-\d\dT/);
  });

  test("one that is not yet valid is refused", options, async () => {
    const pair = makePair({ fromDays: 0.5 });
    const message = await refusal(pair, "CERTIFICATE_NOT_YET_VALID");
    assert.ok(message.includes(pair.certificateFile), message);
  });

  test("a chain with an expired authority is refused", options, async () => {
    const root = makePair({ isAuthority: true, fromDays: -90, toDays: -1 });
    const leaf = makePair({ issuer: root });
    await refusedPair(leaf.certificate + root.certificate, leaf.key, "CERTIFICATE_EXPIRED");
  });
});

describe("the pair", () => {
  const kinds = [
    ["ecdsa", "ecdsa"],
    ["ecdsa", "ecdsa-384"],
    ["ecdsa", "rsa"],
    ["rsa", "ecdsa"],
    ["rsa", "rsa"],
  ] as const;
  for (const [mine, other] of kinds) {
    test(`a key of another pair is refused (${mine}, ${other})`, options, async () => {
      const { certificate } = makePair({ keyType: mine });
      const { key } = makePair({ keyType: other });
      const files = writePair(temporaryFolder(), certificate, key);
      const message = await refusal(files, "CERTIFICATE_KEY_MISMATCH");
      assert.ok(message.includes(files.certificateFile) && message.includes(files.keyFile));
    });
  }

  test("the key of the issuer is refused", options, async () => {
    const root = makePair({ isAuthority: true });
    const leaf = makePair({ issuer: root });
    const chain = leaf.certificate + root.certificate;
    await refusedPair(chain, root.key, "CERTIFICATE_KEY_MISMATCH");
  });

  test("swapped files are recognised", options, async () => {
    const { certificateFile, keyFile } = makePair();
    const swapped = { certificateFile: keyFile, keyFile: certificateFile };
    assert.match(await refusal(swapped, "CERTIFICATE_MALFORMED"), /Are the two files swapped\?/);
  });
});

describe("the names", () => {
  for (const subjectAltName of ["", "email:someone@dns.example"]) {
    test(`a certificate without any is refused (${subjectAltName})`, options, async () => {
      const message = await refusal(makePair({ subjectAltName }), "CERTIFICATE_NO_NAMES");
      assert.match(message, /subject alternative names/);
    });
  }
});

describe("the chain", () => {
  test("in any other than the right order is refused", options, async () => {
    const root = makePair({ isAuthority: true });
    const middle = makePair({ isAuthority: true, issuer: root });
    const leaf = makePair({ issuer: middle });
    const [r, m, l] = [root.certificate, middle.certificate, leaf.certificate];
    await loadCertificate(writePair(temporaryFolder(), l + m + r, leaf.key));
    for (const chain of [r + m + l, m + l, l + r, l + r + m, l + m + l, l + l]) {
      await refusedPair(chain, leaf.key, "CERTIFICATE_CHAIN_ORDER");
    }
  });

  test("with an authority of the same key but another name is refused", options, async () => {
    const root = makePair({ isAuthority: true });
    const renamed = makePair({ isAuthority: true, key: root.key, commonName: "renamed" });
    const leaf = makePair({ issuer: root });
    await refusedPair(leaf.certificate + renamed.certificate, leaf.key, "CERTIFICATE_CHAIN_ORDER");
  });

  test("with an authority of the same name but another key is refused", options, async () => {
    const root = makePair({ isAuthority: true, commonName: "authority" });
    const impostor = makePair({ isAuthority: true, commonName: "authority" });
    const leaf = makePair({ issuer: root });
    await loadCertificate(
      writePair(temporaryFolder(), leaf.certificate + root.certificate, leaf.key),
    );
    const chain = leaf.certificate + impostor.certificate;
    await refusedPair(chain, leaf.key, "CERTIFICATE_CHAIN_ORDER");
  });
});

describe("a key with a passphrase", () => {
  const forms = {
    "PKCS 8": ["pkcs8", "-topk8", "-v2", "aes-256-cbc"],
    traditional: ["pkey", "-traditional", "-aes256"],
  };
  for (const [form, command] of Object.entries(forms)) {
    test(`is refused with a command that works (${form})`, options, async () => {
      const folder = join(temporaryFolder(), "it's a folder");
      mkdirSync(folder);
      const pair = makePair();
      const key = openssl(...command, "-in", pair.keyFile, "-passout", "pass:secret");
      const files = writePair(folder, pair.certificate, key);
      const message = await refusal(files, "CERTIFICATE_KEY_ENCRYPTED");
      const advice = /\(umask 077; (openssl .*)\) and name/.exec(message)?.[1];
      assert.ok(advice !== undefined, message);
      execFileSync("sh", ["-c", `${advice} -passin pass:secret`], { stdio: "pipe" });
      await loadCertificate({ ...files, keyFile: `${files.keyFile}.plain` });
    });
  }
});

describe("the form", () => {
  test("of a file that is not there, or no file", options, async () => {
    const pair = makePair();
    for (const role of ["certificateFile", "keyFile"] as const) {
      for (const path of [join(temporaryFolder(), "missing\n.pem"), temporaryFolder()]) {
        const message = await refusal({ ...pair, [role]: path }, "CERTIFICATE_UNREADABLE");
        assert.ok(message.includes(JSON.stringify(path)), message);
      }
    }
  });

  test("of garbage, in either file", options, async () => {
    const { certificate, key } = makePair();
    const der = makePair();
    openssl("x509", "-in", der.certificateFile, "-outform", "DER", "-out", der.certificateFile);
    const derText = await refusal(der, "CERTIFICATE_MALFORMED");
    assert.match(derText, /looks like DER/);
    for (const garbage of ["", "0", "hello", "\0\0\0", "-----BEGIN", "-----END CERTIFICATE-----"]) {
      await refusedPair(garbage, key, "CERTIFICATE_MALFORMED");
      await refusedPair(certificate, garbage, "CERTIFICATE_MALFORMED");
    }
    await refusedPair(scrambled(certificate), key, "CERTIFICATE_MALFORMED");
    await refusedPair(certificate, scrambled(key), "CERTIFICATE_MALFORMED");
    await refusedPair(certificate + scrambled(certificate), key, "CERTIFICATE_MALFORMED");
  });

  test("of a file that was cut off, wherever", options, async () => {
    const { certificate, key } = makePair();
    for (let length = 0; length < certificate.trimEnd().length; length += 41) {
      await refusedPair(certificate.slice(0, length), key, "CERTIFICATE_MALFORMED");
    }
    for (let length = 0; length < key.trimEnd().length; length += 41) {
      await refusedPair(certificate, key.slice(0, length), "CERTIFICATE_MALFORMED");
    }
    const message = await refusedPair(
      certificate.slice(0, 200) + certificate,
      key,
      "CERTIFICATE_MALFORMED",
    );
    assert.match(message, /is cut off/);
  });
});
