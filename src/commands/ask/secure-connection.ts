// Opens one TLS connection whose certificate names whom we wanted, and keeps what it showed. Nothing is
// sent to a server that is not the one.

import { isIP, type Socket } from "node:net";
import type { X509Certificate } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import { UpstreamError } from "../../upstream/contract.ts";
import type { CertificateDetails, Timing, TlsDetails } from "./exchange.ts";

export interface SecureTarget {
  readonly host: string;
  readonly port: number;
  /** What a subject alternative name of the certificate must be (RFC 9525). */
  readonly authenticationName: string;
  /** Protocols to offer, the best first. */
  readonly alpn: readonly string[];
  /** Trust anchors, PEM, in place of the system's. */
  readonly ca: string | undefined;
  /** Until the handshake is over; by default there is no limit. */
  readonly timeoutMs?: number;
  /** Ends the connection, whatever it has come to. */
  readonly signal?: AbortSignal;
}

export interface SecureConnection {
  readonly socket: TLSSocket;
  readonly timing: Omit<Timing, "queryMs">;
  readonly tls: TlsDetails;
}

const UNTRUSTED =
  /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY_LEAF|UnknownIssuer|CaUsedAsEndEntity/;
/** What to say of a connection that ends too soon. */
export const HUNG_UP = "the server closed the connection without a response";
const NO_TLS = /WRONG_VERSION_NUMBER|InvalidContentType|PACKET_LENGTH_TOO_LONG/;
const NO_PROTOCOL = /NO_APPLICATION_PROTOCOL|NoApplicationProtocol/;

/** Rejects with an UpstreamError. */
export function openSecureConnection(target: SecureTarget): Promise<SecureConnection> {
  const { host, port, authenticationName, alpn, ca, signal, timeoutMs } = target;
  const isName = isIP(authenticationName) === 0;
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let connectedAt = start;
    const socket = connect({
      host,
      port,
      ALPNProtocols: [...alpn],
      ...(ca !== undefined && { ca }),
      ...(isName && { servername: authenticationName }),
      // What it would check also counts the common name.
      checkServerIdentity: () => undefined,
    });
    signal?.addEventListener("abort", () => socket.destroy());
    const fail = (reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new UpstreamError("connect", reason));
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => fail(`no connection within ${timeoutMs / 1000} s`), timeoutMs);
    socket.once("connect", () => (connectedAt = performance.now()));
    socket.once("close", () => fail("the server closed the connection during the handshake"));
    socket.once("error", (error) => fail(connectFault(error)));
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return fail("the server showed no certificate");
      const fault = identityFault(certificate, authenticationName);
      if (fault !== undefined) return fail(fault);
      clearTimeout(timer);
      const [connectMs, tlsMs] = [connectedAt - start, performance.now() - connectedAt];
      socket.removeAllListeners("close").removeAllListeners("error");
      resolve({ socket, timing: { connectMs, tlsMs }, tls: tlsDetails(socket, certificate) });
    });
  });
}

/** Rejects when the connection breaks before `exchange` has settled; closes it in any case. */
export async function onConnection<Result>(
  socket: Socket,
  exchange: (fail: (reason: string) => void) => Promise<Result>,
): Promise<Result> {
  const lost = Promise.withResolvers<never>();
  // Once the exchange has settled nobody waits for this one.
  lost.promise.catch(() => {});
  const fail = (reason: string): void => lost.reject(new UpstreamError("closed", reason));
  socket.on("error", (error) => fail(error.message));
  try {
    return await Promise.race([exchange(fail), lost.promise]);
  } finally {
    socket.destroy();
  }
}

function connectFault(error: Error & { code?: string }): string {
  const known = `${error.code ?? ""} ${error.message}`;
  if (UNTRUSTED.test(known)) {
    return `its certificate is not trusted (${error.message}): give its authority by --ca FILE`;
  }
  if (NO_TLS.test(known)) return "it does not speak TLS on this port";
  if (NO_PROTOCOL.test(known)) return "it speaks none of the protocols that were offered";
  return error.message;
}

function identityFault(certificate: X509Certificate, name: string): string | undefined {
  const found =
    isIP(name) === 0
      ? certificate.checkHost(name, { subject: "never", partialWildcards: false })
      : certificate.checkIP(name);
  if (found !== undefined) return undefined;
  return `its certificate is not for ${name} but for ${certificate.subjectAltName ?? "no name at all"}`;
}

function tlsDetails(socket: TLSSocket, certificate: X509Certificate): TlsDetails {
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
    alpn: socket.alpnProtocol || "",
    certificate: certificateDetails(certificate),
  };
}

function certificateDetails(certificate: X509Certificate): CertificateDetails {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? "")
      .split(", ")
      .filter((name) => name !== "")
      .map((name) => name.replace(/^IP Address:/, "IP:")),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    sha256: certificate.fingerprint256,
  };
}

/** A name of many parts has a line for each. */
function oneLine(distinguishedName: string | undefined): string {
  return (distinguishedName ?? "").split("\n").join(", ");
}
