// What is known of an exchange, in the layout of dig's last lines, and as members of a JSON object.

import type { CertificateDetails, Exchange, HttpDetails, TlsDetails } from "./exchange.ts";

const DAY_MS = 86_400_000;

/** `nowMs` is the wall clock's. */
export function exchangeLines(exchange: Exchange, nowMs: number = Date.now()): string[] {
  const { server, messageBytes, tls, http } = exchange;
  return [
    `;; Query time: ${timeText(exchange)}`,
    `;; Server: ${server}`,
    `;; Message size: ${messageBytes} bytes`,
    ...(http === undefined ? [] : [httpLine(http)]),
    ...(tls === undefined ? [] : tlsLines(tls, nowMs)),
  ];
}

export function exchangeObject(exchange: Exchange): object {
  const { server, timeMs, messageBytes, timing, tls, http } = exchange;
  return {
    server,
    timeMs: Math.round(timeMs),
    messageBytes,
    timing: timing && {
      connectMs: tenths(timing.connectMs),
      tlsMs: tenths(timing.tlsMs),
      queryMs: tenths(timing.queryMs),
    },
    http,
    tls,
  };
}

function timeText({ timeMs, timing }: Exchange): string {
  const total = `${Math.round(timeMs)} ms`;
  if (timing === undefined) return total;
  const { connectMs, tlsMs, queryMs } = timing;
  const parts = [
    `connect ${tenths(connectMs)}`,
    `TLS ${tenths(tlsMs)}`,
    `query ${tenths(queryMs)}`,
  ];
  return `${total} (${parts.join(", ")})`;
}

function httpLine({ version, method, status }: HttpDetails): string {
  return `;; HTTP: HTTP/${version} ${method}, status ${status}`;
}

function tlsLines({ protocol, cipher, alpn, certificate }: TlsDetails, nowMs: number): string[] {
  return [
    `;; TLS: ${[protocol, cipher, alpn === "" ? "no ALPN" : `ALPN ${alpn}`].join(", ")}`,
    ...certificateLines(certificate, nowMs),
  ];
}

function certificateLines(certificate: CertificateDetails, nowMs: number): string[] {
  const { subject, issuer, names, validFrom, validTo, sha256 } = certificate;
  const days = Math.floor((validTo.getTime() - nowMs) / DAY_MS);
  return [
    `;; Certificate: ${subject || "no subject"}, issued by ${issuer || "nobody named"}`,
    `;;   names: ${names.join(", ") || "none"}`,
    `;;   valid: ${validFrom.toISOString()} to ${validTo.toISOString()}, ${days} days left`,
    `;;   SHA-256: ${sha256}`,
  ];
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
