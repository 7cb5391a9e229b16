// Certificates and keys made by the openssl command, so that what reads and checks them is held
// against somebody else's idea of a certificate. Every file lies in a folder of the test's own.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { CertificateFiles } from "../../../src/certificate/load-certificate.ts";
import { programPath } from "../../e2e/programs.ts";

const DAY_MS = 86_400_000;

const KEY_TYPES = {
  ecdsa: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "ecdsa-384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
  rsa: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
} as const;

export interface PairOptions {
  readonly keyType?: keyof typeof KEY_TYPES;
  /** A key that is there already, instead of a new one. */
  readonly key?: string;
  /** As openssl writes it; an empty string leaves the extension out. */
  readonly subjectAltName?: string;
  /** Signs it; else it signs itself. */
  readonly issuer?: Pair;
  readonly isAuthority?: boolean;
  /** Else one of its own. */
  readonly commonName?: string;
  /** From now, with fractions; negative ones lie in the past. */
  readonly fromDays?: number;
  readonly toDays?: number;
}

export interface Pair extends CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

let root: string | undefined;

/** Goes when the process ends. */
export function temporaryFolder(): string {
  root ??= rootFolder();
  return mkdtempSync(join(root, "folder-"));
}

function rootFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hermod-certificate-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openssl(...parameters: string[]): string {
  return execFileSync(programPath("openssl"), parameters, { encoding: "utf8", stdio: "pipe" });
}

/** The files of a pair in `folder`, written with these contents. */
export function writePair(folder: string, certificate: string, key: string): CertificateFiles {
  const files = { certificateFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key") };
  writeFileSync(files.certificateFile, certificate);
  writeFileSync(files.keyFile, key);
  return files;
}

export function makePair(options: PairOptions = {}): Pair {
  const folder = temporaryFolder();
  const files = { certificateFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key") };
  if (options.key !== undefined) writeFileSync(files.keyFile, options.key);
  else openssl("genpkey", ...KEY_TYPES[options.keyType ?? "ecdsa"], "-out", files.keyFile);
  sign(folder, files, options);
  const [certificate, key] = [files.certificateFile, files.keyFile].map((file) =>
    readFileSync(file, "utf8"),
  );
  return { ...files, certificate: certificate!, key: key! };
}

/** `openssl ca`, because of all the subcommands it alone takes any dates in every version. */
function sign(folder: string, files: CertificateFiles, options: PairOptions): void {
  const config = join(folder, "ca.cnf");
  const request = join(folder, "request.pem");
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(config, configuration(folder, options));
  const subject = `/CN=${options.commonName ?? folder.slice(-6)}`;
  openssl(
    "req",
    "-new",
    "-config",
    config,
    "-key",
    files.keyFile,
    "-subj",
    subject,
    "-out",
    request,
  );
  const signer =
    options.issuer === undefined
      ? ["-selfsign", "-keyfile", files.keyFile]
      : ["-cert", options.issuer.certificateFile, "-keyfile", options.issuer.keyFile];
  const dates = [
    ["-startdate", dateIn(options.fromDays ?? -1)],
    ["-enddate", dateIn(options.toDays ?? 90)],
  ].flat();
  const target = ["-in", request, "-out", files.certificateFile];
  openssl("ca", "-batch", "-notext", "-config", config, ...signer, ...dates, ...target);
}

function configuration(folder: string, options: PairOptions): string {
  const names = options.subjectAltName ?? "DNS:server.example";
  return [
    "[ca]\ndefault_ca = authority",
    `[authority]\ndatabase = ${folder}/index.txt\nnew_certs_dir = ${folder}\nrand_serial = yes`,
    "default_md = sha256\npolicy = any\nx509_extensions = extensions",
    "[any]\ncommonName = supplied",
    "[req]\ndistinguished_name = any",
    `[extensions]\nbasicConstraints = critical, CA:${options.isAuthority ? "TRUE" : "FALSE"}`,
    // Only name and signature tie a certificate to its issuer.
    "subjectKeyIdentifier = none\nauthorityKeyIdentifier = none",
    names === "" ? "" : `subjectAltName = ${names}`,
    "",
  ].join("\n");
}

/** `YYYYMMDDHHMMSSZ` */
function dateIn(days: number): string {
  const date = new Date(Date.now() + days * DAY_MS);
  return `${date.toISOString().slice(0, 19).replace(/\D/g, "")}Z`;
}
