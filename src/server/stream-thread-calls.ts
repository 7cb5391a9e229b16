// What the main thread has a stream thread do, by message: a method of its listeners, one reply to
// each call.

import type { CertificatePair, EncryptedEndpoints } from "./connections.ts";
import type { Endpoint } from "../runtime/contract.ts";

export type StreamThreadCall =
  | { readonly method: "openDns" | "openPlainDoh"; readonly endpoints: readonly Endpoint[] }
  | {
      readonly method: "openEncrypted";
      readonly endpoints: EncryptedEndpoints;
      readonly certificate: CertificatePair;
    }
  | { readonly method: "changeCertificate"; readonly certificate: CertificatePair }
  | { readonly method: "stop" | "finished" | "closeAll" };

export interface NumberedCall {
  readonly number: number;
  readonly call: StreamThreadCall;
}

/** To the call of that number: done, or why not. */
export interface StreamThreadReply {
  readonly number: number;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}
