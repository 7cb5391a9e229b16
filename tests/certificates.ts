// Certificates for one test run, made with the openssl command in a temporary folder that goes when
// the process ends. Nothing here is ever trusted by anyone but the test that made it.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath } from "./e2e/programs.ts";
import { temporaryFolder } from "./e2e/temporary-folder.ts";

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate that can sign others. */
export type Authority = Certificate;

export interface CertificateOptions {
  /** Subject alternative names. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly commonName?: string;
  /** Negative: expired that many days ago. */
  readonly days?: number;
}

export function makeAuthority(commonName = "Test authority"): Authority {
  const files = newFiles();
  openssl("req", "-x509", ...EC_KEY, ...outputs(files), ...subject(commonName), "-days", "30");
  return read(files);
}

export function makeCertificate(authority: Authority, options: CertificateOptions): Certificate {
  const files = newFiles();
  const request = join(files.folder, "request.pem");
  const extensions = join(files.folder, "extensions");
  const { commonName = "Test server", days = 30 } = options;
  openssl("req", ...EC_KEY, "-keyout", files.keyFile, "-out", request, ...subject(commonName));
  writeFileSync(extensions, `basicConstraints=CA:FALSE\n${alternativeNames(options)}`);
  openssl(
    ...["x509", "-req", "-in", request, "-out", files.certificateFile, "-extfile", extensions],
    ...["-CA", authority.certificateFile, "-CAkey", authority.keyFile, "-CAcreateserial"],
    ...["-days", String(days)],
  );
  return read(files);
}

/** Signed by nobody but itself. */
export function makeSelfSigned(options: CertificateOptions): Certificate {
  const files = newFiles();
  const { commonName = "Test server", days = 30 } = options;
  openssl(
    ...["req", "-x509", ...EC_KEY, ...outputs(files), ...subject(commonName)],
    ...["-addext", alternativeNames(options), "-days", String(days)],
  );
  return read(files);
}

interface Files {
  readonly folder: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

function newFiles(): Files {
  const folder = temporaryFolder();
  return { folder, certificateFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
}

function outputs({ certificateFile, keyFile }: Files): string[] {
  return ["-keyout", keyFile, "-out", certificateFile];
}

function subject(commonName: string): string[] {
  return ["-subj", `/CN=${commonName}`];
}

function alternativeNames({ names = [], addresses = [] }: CertificateOptions): string {
  const all = [...names.map((name) => `DNS:${name}`), ...addresses.map((host) => `IP:${host}`)];
  return all.length > 0 ? `subjectAltName=${all.join(",")}` : "";
}

function read({ certificateFile, keyFile }: Files): Certificate {
  const certificate = readFileSync(certificateFile, "utf8");
  return { certificate, key: readFileSync(keyFile, "utf8"), certificateFile, keyFile };
}

function openssl(...parameters: string[]): void {
  execFileSync(programPath("openssl"), parameters, { stdio: ["ignore", "ignore", "pipe"] });
}
