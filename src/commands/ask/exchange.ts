// What one question to one server gave, besides the response: how long each step took, and what the
// other side showed of itself.

export interface Exchange {
  readonly server: string;
  /** From the first packet to the whole response. */
  readonly timeMs: number;
  readonly messageBytes: number;
  /** The parts of `timeMs`, where they are known. */
  readonly timing?: Timing;
  readonly tls?: TlsDetails;
  readonly http?: HttpDetails;
}

export interface Timing {
  readonly connectMs: number;
  readonly tlsMs: number;
  readonly queryMs: number;
}

export interface TlsDetails {
  /** As in `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** What ALPN settled on; empty when the server does not speak it. */
  readonly alpn: string;
  readonly certificate: CertificateDetails;
}

export interface CertificateDetails {
  /** One line, as in `CN=dns.example, O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names, as in `DNS:dns.example`. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** The fingerprint, in hexadecimal with colons. */
  readonly sha256: string;
}

export interface HttpDetails {
  /** `1.1`, `2` or `3`. */
  readonly version: string;
  readonly method: HttpMethod;
  readonly status: number;
}

export type HttpMethod = "GET" | "POST";

/** A response and what is known of its exchange. */
export interface Asked extends Pick<Exchange, "timing" | "tls" | "http"> {
  readonly message: Uint8Array;
}
