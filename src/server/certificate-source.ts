// Where the certificate of DoT and DoH comes from: the files that the settings name, or one made for
// development; watched on disk, so that a renewed one comes into use by itself.

import { daysLeft } from "../certificate/days-left.ts";
import {
  type CertificateFiles,
  type LoadedCertificate,
  loadCertificate,
} from "../certificate/load-certificate.ts";
import { type CertificateWatch, watchCertificate } from "../certificate/watch-certificate.ts";
import type { Settings } from "../config/settings.ts";
import type { Log } from "../telemetry/log.ts";

export class CertificateSource {
  private readonly settings: Settings;
  private readonly log: Log;
  private current: LoadedCertificate | undefined;
  private watch: CertificateWatch | undefined;

  constructor(settings: Settings, log: Log) {
    this.settings = settings;
    this.log = log;
  }

  /**
   * Hands the certificate to `open`, then each renewed one to `change`; if that rejects, the former
   * stays in use and it is tried again. Rejects with a HermodError, or as `open` does.
   */
  async start(
    open: (loaded: LoadedCertificate) => Promise<void>,
    change: (renewed: LoadedCertificate) => Promise<void>,
  ): Promise<void> {
    const files = await this.files();
    const loaded = await loadCertificate(files);
    this.take(loaded);
    await open(loaded);
    this.watch = watchCertificate(
      files,
      async (renewed) => {
        await change(renewed);
        this.take(renewed);
        this.log.info(`changed over to the new certificate, ${this.daysLeft()} days left`);
      },
      (message) => this.log.error(`${message} The certificate in use stays.`),
      loaded,
    );
  }

  /** Days until the certificate expires; undefined while there is none. */
  daysLeft(): number | undefined {
    return this.current && daysLeft(this.current, new Date());
  }

  stop(): void {
    this.watch?.stop();
  }

  private async files(): Promise<CertificateFiles> {
    if (this.settings.certificate !== undefined) return this.settings.certificate;
    const { developmentCertificate } = await import("../certificate/development-certificate.ts");
    const files = await developmentCertificate();
    if (files.isNew) this.log.info(`made a certificate for development: ${files.certificateFile}`);
    return files;
  }

  private take(loaded: LoadedCertificate): void {
    this.current = loaded;
    if (loaded.warning !== undefined) this.log.warn(loaded.warning);
  }
}
