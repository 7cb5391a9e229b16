// DNS over TLS and over HTTPS on one thread, with one certificate for both. When it is renewed, second
// listeners take over the ports with the new one, and the first ones finish what they have.

import { createDohApp, type DohAppParts } from "../../routes/doh-app.ts";
import { MAX_BODY_BYTES } from "../listener/doh-exchange.ts";
import { StreamServer, type StreamServerParts } from "../listener/stream-server.ts";
import { TRANSPORT } from "../memory/counters.ts";
import type { Endpoint, HttpListener, HttpOptions, ServerTls } from "../runtime/contract.ts";
import type { OpenSharedPort } from "../runtime/shared-port.ts";
import type { CertificatePair, EncryptedEndpoints } from "./connections.ts";
import { HttpsEndpoint } from "./https-endpoint.ts";

export interface EncryptedParts {
  readonly streams: StreamServerParts;
  readonly doh: DohAppParts;
  readonly idleTimeoutMs: number;
}

export class EncryptedListeners {
  private readonly parts: EncryptedParts;
  private dot: StreamServer | undefined;
  private readonly http: HttpsEndpoint<CertificatePair>[] = [];
  private isStopped = false;

  constructor(parts: EncryptedParts) {
    this.parts = parts;
  }

  /** Endpoints have ports. Throws a HermodError, as Runtime.listen(). */
  open(
    { doh, dot }: EncryptedEndpoints,
    pair: CertificatePair,
    openSharedPort: OpenSharedPort,
  ): void {
    const streams = { ...this.parts.streams, openSharedPort };
    this.dot = new StreamServer(streams, TRANSPORT.dot, dotTls(pair));
    for (const endpoint of dot) this.dot.listen(endpoint);
    const { timers } = streams;
    const serve = (local: Endpoint, from: CertificatePair): HttpListener => this.serve(local, from);
    for (const local of doh) {
      this.http.push(new HttpsEndpoint({ serve, openSharedPort, timers }, local, pair));
    }
  }

  /** When it throws, nothing has changed. After stop(), which a call to a thread can follow, nothing is opened. */
  change(renewed: CertificatePair): void {
    if (this.isStopped) return;
    try {
      for (const endpoint of this.http) endpoint.prepare(renewed);
      this.dot?.changeTls(dotTls(renewed));
    } catch (error) {
      for (const endpoint of this.http) endpoint.cancel();
      throw error;
    }
    for (const endpoint of this.http) endpoint.commit();
  }

  /** Accepts nothing more; connections end with their last response. */
  stop(): void {
    this.isStopped = true;
    this.dot?.stop();
    for (const endpoint of this.http) endpoint.stop();
  }

  /** Resolves when the HTTP requests in flight have been answered. */
  async finished(): Promise<void> {
    await Promise.all(this.http.map((endpoint) => endpoint.finished()));
  }

  /** After stop(). */
  closeAll(): void {
    this.dot?.closeAll();
    for (const endpoint of this.http) endpoint.closeAll();
  }

  private serve(local: Endpoint, { certificate, key }: CertificatePair): HttpListener {
    const { doh, idleTimeoutMs, streams } = this.parts;
    const options: HttpOptions = {
      local,
      tls: { certificate, key },
      http2: true,
      http3: true,
      reusePort: true,
      maxBodyBytes: MAX_BODY_BYTES,
      idleTimeoutMs,
      fetch: createDohApp(doh),
    };
    return streams.runtime.serveHttp(options);
  }
}

function dotTls({ certificate, key }: CertificatePair): ServerTls {
  return { certificate, key, alpn: ["dot"] };
}
