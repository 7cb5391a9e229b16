// Judges what upstreams send for one question: a response is good, or a failure, or malformed. Only
// what is good ends the search; of the rest the last is remembered, to say why there is no answer.

import { type Judge, UpstreamError } from "../upstream/contract.ts";
import { EDE, RCODE } from "../wire/constants.ts";
import { type NormalizedResponse, normalizeResponse } from "../wire/normalize-response.ts";
import type { InFlight } from "./in-flight.ts";

/** Why a question has no answer, as an extended error (RFC 8914). */
export interface Failure {
  readonly edeCode: number;
  readonly edeText: Uint8Array;
  /** Hermod itself was short of something; the upstreams and the name may be well. */
  readonly isOurs?: boolean;
}

const RCODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RCODE).map(([name, code]) => [code, name]),
);

export class ResponseJudge implements Judge {
  /** The response that was accepted. */
  good: NormalizedResponse | undefined;
  private failure: NormalizedResponse | undefined;
  private malformed: string | undefined;
  private readonly question: InFlight;
  private readonly authenticated: boolean;

  constructor(question: InFlight, authenticated: boolean) {
    this.question = question;
    this.authenticated = authenticated;
  }

  accepts(response: Uint8Array): boolean {
    const options = { authenticated: this.authenticated };
    const normalized = normalizeResponse(response, this.question, options);
    if (typeof normalized === "string") this.malformed = normalized;
    else if (normalized.kind === "failure") this.failure = normalized;
    else this.good = normalized;
    return this.good !== undefined;
  }

  /** What to tell the client when `error` ended the search. */
  whyNot(error: unknown): Failure {
    if (this.failure?.ede !== undefined) {
      return { edeCode: this.failure.ede.code, edeText: this.failure.ede.text };
    }
    if (this.failure !== undefined) {
      const name = RCODE_NAMES.get(this.failure.rcode) ?? `rcode ${this.failure.rcode}`;
      return failure(EDE.OTHER, `upstream answered ${name}`);
    }
    if (this.malformed !== undefined) {
      return failure(EDE.INVALID_DATA, `malformed upstream response: ${this.malformed}`);
    }
    return failureOfError(error);
  }
}

export function failure(edeCode: number, text: string): Failure {
  return { edeCode, edeText: new TextEncoder().encode(text) };
}

function failureOfError(error: unknown): Failure {
  const fault = error instanceof UpstreamError ? error.fault : "closed";
  if (fault === "timeout")
    return failure(EDE.NO_REACHABLE_AUTHORITY, "no upstream answered in time");
  if (fault === "overload" || fault === "stopped") {
    return { ...failure(EDE.OTHER, `not asked: ${fault}`), isOurs: true };
  }
  return failure(EDE.NETWORK_ERROR, `no upstream could be reached: ${fault}`);
}
