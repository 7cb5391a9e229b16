// Reads the server's certificate and key and checks all that can be checked without a socket, so
// that a pair that comes out of here is one that clients accept by form, dates and order.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { HermodError, messageOf } from "../errors.ts";
import { daysLeft } from "./days-left.ts";
import { malformed, type PemBlock, quoted, readPem } from "./read-pem.ts";
import { type SubjectNames, subjectNames } from "./subject-names.ts";

const WARN_BELOW_DAYS = 14;

export interface CertificateFiles {
  /** PEM: the server's certificate, then each one's issuer. */
  readonly certificateFile: string;
  /** PEM, without a passphrase. May be the same file. */
  readonly keyFile: string;
}

export interface LoadedCertificate extends SubjectNames {
  /** PEM chain, the server's certificate first; nothing else that stood in the file. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** From here to `notAfter` every certificate of the chain is valid. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the server's certificate, hexadecimal with colons. */
  readonly fingerprint: string;
  /** A sentence for the log when fewer than 14 days are left. */
  readonly warning: string | undefined;
}

/**
 * Rejects with a HermodError: CERTIFICATE_UNREADABLE, CERTIFICATE_MALFORMED,
 * CERTIFICATE_KEY_ENCRYPTED, CERTIFICATE_KEY_MISMATCH, CERTIFICATE_CHAIN_ORDER,
 * CERTIFICATE_NO_NAMES, CERTIFICATE_EXPIRED or CERTIFICATE_NOT_YET_VALID.
 */
export async function loadCertificate(files: CertificateFiles): Promise<LoadedCertificate> {
  const { certificateFile, keyFile } = files;
  const chain = parseChain(certificateFile, await readPem(certificateFile));
  const keyBlock = keyBlockOf(keyFile, await readPem(keyFile));
  const key = parseKey(keyFile, keyBlock);
  checkOrder(certificateFile, chain);
  checkPair(files, chain[0]!, key);
  const names = checkNames(certificateFile, chain[0]!);
  const now = new Date();
  const dates = checkDates(certificateFile, chain, now);
  return {
    certificate: chain.map((certificate) => certificate.toString()).join(""),
    key: `${keyBlock.text}\n`,
    ...names,
    ...dates,
    fingerprint: chain[0]!.fingerprint256,
    warning: warningFor(certificateFile, dates.notAfter, now),
  };
}

function parseChain(file: string, blocks: readonly PemBlock[]): X509Certificate[] {
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE");
  if (certificates.length === 0) {
    const found = blocks.map(({ label }) => label).join(", ");
    malformed(file, `holds no certificate but ${found}. Are the two files swapped?`);
  }
  return certificates.map(({ text }, i) => {
    try {
      return new X509Certificate(text);
    } catch (error) {
      malformed(file, `is broken: certificate ${i + 1} can't be parsed (${messageOf(error)})`);
    }
  });
}

function keyBlockOf(file: string, blocks: readonly PemBlock[]): PemBlock {
  const block = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) {
    const found = blocks.map(({ label }) => label).join(", ");
    malformed(file, `holds no private key but ${found}. Are the two files swapped?`);
  }
  if (block.label === "ENCRYPTED PRIVATE KEY") {
    const command = `(umask 077; openssl pkey -in ${shellWord(file)} -out ${shellWord(`${file}.plain`)})`;
    throw new HermodError(
      "CERTIFICATE_KEY_ENCRYPTED",
      `${quoted(file)} is protected by a passphrase, which nobody can type at start. ` +
        `Remove it with ${command} and name the new file instead.`,
    );
  }
  return block;
}

function parseKey(file: string, block: PemBlock): KeyObject {
  try {
    return createPrivateKey(block.text);
  } catch (error) {
    malformed(file, `is broken: the private key can't be parsed (${messageOf(error)})`);
  }
}

function checkPair(files: CertificateFiles, leaf: X509Certificate, key: KeyObject): void {
  if (leaf.checkPrivateKey(key)) return;
  throw new HermodError(
    "CERTIFICATE_KEY_MISMATCH",
    `The key in ${quoted(files.keyFile)} does not belong to the certificate in ` +
      `${quoted(files.certificateFile)}. Name the key that the certificate was requested with.`,
  );
}

function checkOrder(file: string, chain: readonly X509Certificate[]): void {
  const isOrdered = chain.every((issuer, i) => i === 0 || hasIssued(issuer, chain[i - 1]!));
  if (isOrdered) return;
  throw new HermodError(
    "CERTIFICATE_CHAIN_ORDER",
    `The certificates in ${quoted(file)} are not in order. Put the server's own first, ` +
      "then the one that issued it, and so on (RFC 8446 §4.4.2).",
  );
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function checkNames(file: string, leaf: X509Certificate): SubjectNames {
  const found = subjectNames(leaf);
  if (found.names.length + found.ips.length > 0) return found;
  throw new HermodError(
    "CERTIFICATE_NO_NAMES",
    `The certificate in ${quoted(file)} names no server: clients look only at subject ` +
      "alternative names. Have it issued with the names and addresses that clients use.",
  );
}

function checkDates(
  file: string,
  chain: readonly X509Certificate[],
  now: Date,
): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))));
  const notAfter = new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo))));
  const subject = `The certificate${chain.length > 1 ? " chain" : ""} in ${quoted(file)}`;
  if (now > notAfter) {
    const message = `${subject} expired on ${notAfter.toISOString()}. Renew it.`;
    throw new HermodError("CERTIFICATE_EXPIRED", message);
  }
  if (now < notBefore) {
    const message = `${subject} is not valid before ${notBefore.toISOString()}. Is the clock right?`;
    throw new HermodError("CERTIFICATE_NOT_YET_VALID", message);
  }
  return { notBefore, notAfter };
}

function warningFor(file: string, notAfter: Date, now: Date): string | undefined {
  const days = daysLeft({ notAfter }, now);
  if (days >= WARN_BELOW_DAYS) return undefined;
  return `The certificate in ${quoted(file)} expires on ${notAfter.toISOString()}. Renew it soon.`;
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
