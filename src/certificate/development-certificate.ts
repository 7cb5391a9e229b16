// Makes the certificate that serves while none is configured, and renews it. The key comes first and
// stays; the certificate is always made from the key that is in place and checked afterwards, so that
// processes that start at once end with one key and a certificate that belongs to it.

import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { HermodError } from "../errors.ts";
import { certificateFolder } from "./certificate-folder.ts";
import { daysLeft } from "./days-left.ts";
import { type CertificateFiles, loadCertificate } from "./load-certificate.ts";
import { placeFile } from "./place-file.ts";
import { quoted } from "./read-pem.ts";

const NAMES = ["localhost"];
const IPS = ["127.0.0.1", "::1"];
const RENEW_BELOW_DAYS = 30;
const KEY_MODE = 0o600;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Each round can be spoiled only by a process that replaces a broken key in the same moment. */
const ROUNDS = 5;

export interface DevelopmentCertificate extends CertificateFiles {
  /** Made or renewed by this call. */
  readonly isNew: boolean;
}

/**
 * The pair `development.pem` and `development.key` in `folder`, made if need be: ECDSA P-256, valid
 * for a year, for localhost, 127.0.0.1 and ::1. Rejects with CERTIFICATE_FOLDER when it can't be
 * written.
 */
export async function developmentCertificate(
  folder: string = certificateFolder(),
): Promise<DevelopmentCertificate> {
  const files: CertificateFiles = {
    certificateFile: join(folder, "development.pem"),
    keyFile: join(folder, "development.key"),
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let round = 0; round < ROUNDS; round++) {
      if (await isFit(files)) return { ...files, isNew: round > 0 };
      await renew(files);
    }
  } catch (error) {
    const isFromFileSystem = error instanceof Error && "syscall" in error;
    throw isFromFileSystem ? unwritable(folder, error.message, error) : error;
  }
  throw unwritable(folder, "the files change all the time");
}

async function isFit(files: CertificateFiles): Promise<boolean> {
  try {
    const loaded = await loadCertificate(files);
    await chmod(files.keyFile, KEY_MODE);
    return daysLeft(loaded, new Date()) >= RENEW_BELOW_DAYS;
  } catch (error) {
    if (error instanceof HermodError) return false;
    throw error;
  }
}

async function renew({ certificateFile, keyFile }: CertificateFiles): Promise<void> {
  const key = await ensureKey(keyFile);
  // Loaded only when needed: the library takes longer to import than the rest of a start.
  const { selfSigned } = await import("./self-signed.ts");
  const notBefore = new Date(Date.now() - HOUR_MS);
  const notAfter = new Date(notBefore.getTime() + YEAR_MS);
  const certificate = selfSigned({ key, names: NAMES, ips: IPS, notBefore, notAfter });
  await placeFile(certificateFile, certificate, 0o644, "replace");
}

/** The key that is in place, whoever made it; one that can't be used is replaced. */
async function ensureKey(file: string): Promise<KeyObject> {
  const made = newKey();
  if (await placeFile(file, made, KEY_MODE, "create")) return createPrivateKey(made);
  const found = usableKey(await readFile(file, "utf8"));
  if (found !== undefined) return found;
  await placeFile(file, made, KEY_MODE, "replace");
  return createPrivateKey(made);
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}

function usableKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : undefined;
  } catch {
    return undefined;
  }
}

function unwritable(folder: string, reason: string, cause?: unknown): HermodError {
  return new HermodError(
    "CERTIFICATE_FOLDER",
    `No certificate for development can be made in ${quoted(folder)}: ${reason}. ` +
      "Make the folder writable, or name a certificate with --tls-cert and --tls-key.",
    { cause },
  );
}
