// How long a certificate is still valid. One definition serves the warning at load, the renewal of
// the development certificate and the metrics.

const DAY_MS = 86_400_000;

/** Whole days until the chain expires; 0 on the last day, negative once it has expired. */
export function daysLeft(certificate: { readonly notAfter: Date }, now: Date): number {
  return Math.floor((certificate.notAfter.getTime() - now.getTime()) / DAY_MS);
}
