// What the composition root wants of the listeners on connections: TCP, DoT, DoH, and DoH over plain
// HTTP. They are on the main thread (connection-listeners) or on threads of their own
// (stream-threads), and the root does not care.

import type { LoadedCertificate } from "../certificate/load-certificate.ts";
import type { Counters } from "../memory/counters.ts";
import type { Endpoint } from "../runtime/contract.ts";

/** PEM. */
export type CertificatePair = Pick<LoadedCertificate, "certificate" | "key">;

/** Where DoT and DoH are to listen. */
export interface EncryptedEndpoints {
  readonly dot: readonly Endpoint[];
  readonly doh: readonly Endpoint[];
}

export interface Connections {
  /** Rows besides the main thread's. */
  readonly threadCounters: readonly Counters[];
  /** Connections over TCP and TLS that are open now; HTTP's can't be known. */
  readonly live: number;
  /** Threads that died and were replaced. */
  readonly threadsReplaced: number;
  /** Returns where TCP is open. This and the next two reject with a HermodError, as Runtime.listen(). */
  openDns(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]>;
  openPlainDoh(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]>;
  openEncrypted(
    endpoints: EncryptedEndpoints,
    certificate: CertificatePair,
  ): Promise<EncryptedEndpoints>;
  /** When it rejects, not every new connection gets the new one, and it is to be called again. */
  changeCertificate(renewed: CertificatePair): Promise<void>;
  /** Accepts nothing more; connections end with their last response. */
  stop(): void;
  /** After stop(): resolves when the HTTP requests in flight have been answered. */
  finished(): Promise<void>;
  /** After stop(): ends what is left; resolves within seconds, whatever hangs. */
  closeAll(): Promise<void>;
}
