// What loads: pairs of every usual kind, with what is read out of them held against openssl.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { daysLeft } from "../../../src/certificate/days-left.ts";
import { loadCertificate } from "../../../src/certificate/load-certificate.ts";
import { needs } from "../../e2e/programs.ts";
import { makePair, openssl, temporaryFolder, writePair } from "./openssl.ts";

/** Making RSA keys takes its time on a busy machine. */
const options = { skip: needs("openssl"), timeout: 60_000 };

describe("a certificate", () => {
  for (const keyType of ["ecdsa", "ecdsa-384", "rsa"] as const) {
    test(`with a key of type ${keyType} loads`, options, async () => {
      const pair = makePair({ keyType });
      const loaded = await loadCertificate(pair);
      assert.equal(loaded.certificate, pair.certificate);
      assert.equal(loaded.key, pair.key);
      assert.equal(loaded.warning, undefined);
      assert.equal(daysLeft(loaded, new Date()), 89);
      const fingerprint = ["-noout", "-fingerprint", "-sha256", "-in", pair.certificateFile];
      assert.ok(openssl("x509", ...fingerprint).includes(loaded.fingerprint));
    });
  }

  test("tells the names and addresses that it is for, and no others", options, async () => {
    const subjectAltName =
      "DNS:Dns.Example,DNS:*.dns.example,IP:192.0.2.1,IP:2001:db8:0:0:0:0:0:1," +
      "email:someone@dns.example,URI:https://uri.example/";
    const loaded = await loadCertificate(makePair({ subjectAltName }));
    assert.deepEqual(loaded.names, ["dns.example", "*.dns.example"]);
    assert.deepEqual(loaded.ips, ["192.0.2.1", "2001:db8::1"]);
  });

  test("for an address alone loads", options, async () => {
    const loaded = await loadCertificate(makePair({ subjectAltName: "IP:::1" }));
    assert.deepEqual([loaded.names, loaded.ips], [[], ["::1"]]);
  });

  test("of a chain is valid while all of the chain is", options, async () => {
    const root = makePair({ isAuthority: true, fromDays: -400, toDays: 400 });
    const middle = makePair({ isAuthority: true, issuer: root, fromDays: -30, toDays: 40 });
    const leaf = makePair({ issuer: middle, fromDays: -50, toDays: 60 });
    const chain = leaf.certificate + middle.certificate + root.certificate;
    const loaded = await loadCertificate(writePair(temporaryFolder(), chain, leaf.key));
    assert.equal(loaded.certificate, chain);
    assert.deepEqual(loaded.names, ["server.example"]);
    assert.equal(daysLeft(loaded, new Date()), 39);
    const ageDays = (Date.now() - loaded.notBefore.getTime()) / 86_400_000;
    assert.ok(ageDays > 29 && ageDays < 31, `${ageDays}`);
  });

  test("warns when fewer than 14 days are left", options, async () => {
    const soon = makePair({ toDays: 13.9 });
    const warning = (await loadCertificate(soon)).warning ?? "none";
    assert.ok(warning.includes(soon.certificateFile), warning);
    assert.match(warning, /expires on \d{4}-/);
    assert.equal((await loadCertificate(makePair({ toDays: 14.5 }))).warning, undefined);
  });
});

describe("the files", () => {
  test("may hold traditional forms of a key", options, async () => {
    for (const keyType of ["ecdsa", "rsa"] as const) {
      const { certificate, keyFile } = makePair({ keyType });
      let key = openssl("pkey", "-traditional", "-in", keyFile);
      if (keyType === "ecdsa") key = openssl("ecparam", "-name", "prime256v1") + key;
      assert.match(key, /BEGIN (?:EC|RSA) PRIVATE KEY/);
      await loadCertificate(writePair(temporaryFolder(), certificate, key));
    }
  });

  test("may be one and the same", options, async () => {
    const { certificate, key } = makePair();
    const file = join(temporaryFolder(), "both.pem");
    writeFileSync(file, key + certificate);
    const loaded = await loadCertificate({ certificateFile: file, keyFile: file });
    assert.deepEqual([loaded.certificate, loaded.key], [certificate, key]);
  });

  test("may hold comments and line ends of any kind", options, async () => {
    const pair = makePair();
    const printed = openssl("x509", "-text", "-in", pair.certificateFile);
    const certificate = `\ufeff# renewed\r\n${printed.replaceAll("\n", "\r\n")}`;
    const loaded = await loadCertificate(writePair(temporaryFolder(), certificate, pair.key));
    assert.equal(loaded.certificate, readFileSync(pair.certificateFile, "utf8"));
  });
});
