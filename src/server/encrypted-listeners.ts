// DNS over TLS and over HTTPS: one certificate for both, watched on disk. When it is renewed, second
// listeners take over the ports with the new one, and the first ones finish what they have.

import { createDohApp, type DohAppParts } from "../../routes/doh-app.ts";
import { daysLeft } from "../certificate/days-left.ts";
import {
  type CertificateFiles,
  type LoadedCertificate,
  loadCertificate,
} from "../certificate/load-certificate.ts";
import { type CertificateWatch, watchCertificate } from "../certificate/watch-certificate.ts";
import type { Settings } from "../config/settings.ts";
import { MAX_BODY_BYTES } from "../listener/doh-exchange.ts";
import { OVERLAP_MS, StreamServer, type StreamServerParts } from "../listener/stream-server.ts";
import { TRANSPORT } from "../memory/counters.ts";
import type { Endpoint, HttpListener, HttpOptions, ServerTls } from "../runtime/contract.ts";
import type { Log } from "../telemetry/log.ts";
import { claimEndpoint } from "./claim-endpoint.ts";

export interface EncryptedParts {
  readonly settings: Settings;
  readonly log: Log;
  readonly streams: StreamServerParts;
  readonly doh: DohAppParts;
}

export class EncryptedListeners {
  private readonly parts: EncryptedParts;
  private dot: StreamServer | undefined;
  private http: { local: Endpoint; listener: HttpListener }[] = [];
  /** Those that others have taken over from, until they stop accepting. */
  private former: HttpListener[] = [];
  private watch: CertificateWatch | undefined;
  /** Listeners that have stopped and still finish. */
  private readonly finishing: Map<HttpListener, Promise<void>> = new Map();
  certificate: LoadedCertificate | undefined;

  constructor(parts: EncryptedParts) {
    this.parts = parts;
  }

  /** Opens what the settings name; `note` hears of each endpoint. Rejects with a HermodError. */
  async open(note: (what: string, bound: Endpoint) => void): Promise<void> {
    const { listen } = this.parts.settings;
    if (listen.dot.length + listen.doh.length === 0) return;
    const files = await this.certificateFiles();
    const loaded = await loadCertificate(files);
    this.take(loaded);
    this.openDot(loaded, note);
    this.openDoh(loaded, note);
    this.watch = watchCertificate(
      files,
      (renewed) => this.change(renewed),
      (message) => this.parts.log.error(`${message} The certificate in use stays.`),
      loaded,
    );
  }

  /** Days until the certificate expires; undefined while there is none. */
  daysLeft(): number | undefined {
    return this.certificate && daysLeft(this.certificate, new Date());
  }

  /** Accepts nothing more; connections end with their last response. */
  stop(): void {
    this.watch?.stop();
    this.dot?.stop();
    this.finishFormer();
    for (const { listener } of this.http) this.finish(listener);
  }

  /** Resolves when the HTTP requests in flight have been answered. */
  async finished(): Promise<void> {
    await Promise.all(this.finishing.values());
  }

  /** After stop(). */
  closeAll(): void {
    this.dot?.closeAll();
    for (const listener of this.finishing.keys()) listener.closeAll();
  }

  private async certificateFiles(): Promise<CertificateFiles> {
    const { log, settings } = this.parts;
    if (settings.certificate !== undefined) return settings.certificate;
    const { developmentCertificate } = await import("../certificate/development-certificate.ts");
    const files = await developmentCertificate();
    if (files.isNew) log.info(`made a certificate for development: ${files.certificateFile}`);
    return files;
  }

  private take(loaded: LoadedCertificate): void {
    this.certificate = loaded;
    if (loaded.warning !== undefined) this.parts.log.warn(loaded.warning);
  }

  private openDot(loaded: LoadedCertificate, note: (what: string, bound: Endpoint) => void): void {
    const { settings, streams } = this.parts;
    if (settings.listen.dot.length === 0) return;
    this.dot = new StreamServer(streams, TRANSPORT.dot, dotTls(loaded));
    for (const endpoint of settings.listen.dot) {
      note("dot", this.dot.listen(claimEndpoint(streams.runtime, endpoint)));
    }
  }

  private openDoh(loaded: LoadedCertificate, note: (what: string, bound: Endpoint) => void): void {
    const { settings, streams } = this.parts;
    for (const endpoint of settings.listen.doh) {
      const local = claimEndpoint(streams.runtime, endpoint);
      this.http.push({ local, listener: this.serve(local, loaded) });
      note("doh", local);
    }
  }

  private serve(local: Endpoint, { certificate, key }: LoadedCertificate): HttpListener {
    const { doh, settings, streams } = this.parts;
    const options: HttpOptions = {
      local,
      tls: { certificate, key },
      http2: true,
      http3: true,
      reusePort: true,
      maxBodyBytes: MAX_BODY_BYTES,
      idleTimeoutMs: settings.limits.idleTimeoutMs,
      fetch: createDohApp(doh),
    };
    return streams.runtime.serveHttp(options);
  }

  /** When it throws, nothing has changed: the watch tells of it and tries again. */
  private change(renewed: LoadedCertificate): void {
    const former = this.http;
    const next: typeof former = [];
    try {
      for (const { local } of former) next.push({ local, listener: this.serve(local, renewed) });
      this.dot?.changeTls(dotTls(renewed));
    } catch (error) {
      for (const { listener } of next) listener.closeAll();
      throw error;
    }
    this.http = next;
    this.former.push(...former.map(({ listener }) => listener));
    this.parts.streams.timers.schedule(OVERLAP_MS, { expire: () => this.finishFormer() });
    this.take(renewed);
    this.parts.log.info(`changed over to the new certificate, ${this.daysLeft()} days left`);
  }

  private finishFormer(): void {
    for (const listener of this.former) this.finish(listener);
    this.former = [];
  }

  private finish(listener: HttpListener): void {
    const done = listener.stop().finally(() => this.finishing.delete(listener));
    this.finishing.set(listener, done);
  }
}

function dotTls({ certificate, key }: LoadedCertificate): ServerTls {
  return { certificate, key, alpn: ["dot"] };
}
