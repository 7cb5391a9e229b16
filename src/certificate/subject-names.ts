// The DNS names and IP addresses a certificate is for (RFC 6125: only the subject alternative names
// count, never the common name). Runtimes print addresses differently; here they have one form.

import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

export interface SubjectNames {
  /** Lower case; a wildcard stays as `*.example`. */
  readonly names: readonly string[];
  /** IPv6 in the form of RFC 5952. */
  readonly ips: readonly string[];
}

export function subjectNames(certificate: X509Certificate): SubjectNames {
  const entries = (certificate.subjectAltName ?? "").split(", ");
  return {
    names: valuesOf(entries, "DNS:").map((name) => name.toLowerCase()),
    ips: valuesOf(entries, "IP Address:").map(canonicalAddress),
  };
}

function valuesOf(entries: readonly string[], prefix: string): string[] {
  return entries
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => entry.slice(prefix.length));
}

function canonicalAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
