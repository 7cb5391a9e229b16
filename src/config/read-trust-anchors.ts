// The file of trust anchors for tls:// upstreams. It is read together with the settings, so that a
// wrong one shows before anything is served.

import { readFileSync } from "node:fs";
import { HermodError, messageOf } from "../errors.ts";
import { showValue } from "./show-value.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** The file's text, PEM. Throws a HermodError with code TRUST_ANCHORS. */
export function readTrustAnchors(path: string): string {
  const pem = readText(path);
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0)
    fail(path, "holds no certificate: it must be a PEM file with some");
  for (const certificate of certificates) checkCertificate(path, certificate);
  return pem;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    fail(path, `can't be read: ${messageOf(error)}`);
  }
}

function checkCertificate(path: string, certificate: string): void {
  // Loaded here alone: it takes longer than all other settings together.
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  try {
    new X509Certificate(certificate);
  } catch (error) {
    fail(path, `holds a broken certificate: ${messageOf(error)}`);
  }
}

function fail(path: string, reason: string): never {
  throw new HermodError("TRUST_ANCHORS", `${showValue(path)} ${reason}`);
}
