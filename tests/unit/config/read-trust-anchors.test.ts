import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadSettings } from "../../../src/config/load.ts";
import { readTrustAnchors } from "../../../src/config/read-trust-anchors.ts";

/** Self-signed, without a use outside this file. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBijCCAS+gAwIBAgIUGJO3a+EaOrkLy/uZ2gdZE0WXqocwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMjYxMTIxMDI0MDU5WhgPMjEy
NjEwMjgwMjQwNTlaMBkxFzAVBgNVBAMMDlRlc3QgQXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEYJfXZEzm9t8uxmD5VcPjjA74N0BiVyzhsW79QcM5
pE85/sgJ5fsOueNIXkBZmCEmUFeaELTD95nCbpx3BjhMb6NTMFEwHQYDVR0OBBYE
FJhjEsredixB65Jq2eJGEg0Q4lf4MB8GA1UdIwQYMBaAFJhjEsredixB65Jq2eJG
Eg0Q4lf4MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAKpl3kNV
U0h8EQKq8Ld5gFnyXFcJ3ttKE79/bmPlSGgSAiEA6LaBfGs8zYp8BQ79/iwGDStB
X4FqR8/l1WXA9Bo/Sn0=
-----END CERTIFICATE-----
`;

const folder = mkdtempSync(join(tmpdir(), "hermod-anchors-"));
after(() => rmSync(folder, { recursive: true }));

test("a file of certificates, with what people write around them", () => {
  const path = join(folder, "two.pem");
  const text = `# ours\n${CERTIFICATE}\nsubject: CN = Test Authority\n${CERTIFICATE}`;
  writeFileSync(path, text);
  assert.equal(readTrustAnchors(path), text);
});

test("one broken certificate among good ones is refused", () => {
  const path = join(folder, "broken.pem");
  writeFileSync(path, CERTIFICATE + CERTIFICATE.replace("MII", "MIJ"));
  assert.throws(() => readTrustAnchors(path), { code: "TRUST_ANCHORS" });
});

test("a name in the configuration file is relative to that file", async () => {
  mkdirSync(join(folder, "etc"));
  writeFileSync(join(folder, "ca.pem"), CERTIFICATE);
  const configFile = join(folder, "etc", "hermod.yaml");
  writeFileSync(configFile, "upstream: {ca: ../ca.pem}\n");
  const { upstream } = await loadSettings({ configFile, environment: {}, flags: {} });
  assert.equal(upstream.caPem, CERTIFICATE);
});
