// Renews Hermod's certificate on disk while it runs.

import { renameSync, writeFileSync } from "node:fs";
import type { Certificate } from "../certificates.ts";
import type { Hermod } from "./hermod-process.ts";

/** Hermod looks at the files every 2 s. */
const CHANGE_TIMEOUT_MS = 20_000;
const CHANGED = "changed over to the new certificate";

/** As renewal programs do: written aside, then put in the other's place. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** Puts `renewed` into `files`, those of Hermod's settings; resolves once it has changed over. */
export async function renewCertificate(
  { child }: Hermod,
  files: Certificate,
  renewed: Certificate,
): Promise<void> {
  const changes = (): number => child.stderr.split(CHANGED).length;
  const before = changes();
  replaceFile(files.certificateFile, renewed.certificate);
  replaceFile(files.keyFile, renewed.key);
  await child.waitUntil(() => changes() > before, "change of certificate", CHANGE_TIMEOUT_MS);
}
