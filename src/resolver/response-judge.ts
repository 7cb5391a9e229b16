// Judges what upstreams send for one question: a response is good, or a failure, or malformed. Only
// what is good ends the search; of the rest the last is remembered, to say why there is no answer.

import type { Judge, UpstreamError, UpstreamFault } from "../upstream/contract.ts";
import { bareFailure } from "../wire/bare-failure.ts";
import { EDE, RCODE } from "../wire/constants.ts";
import {
  type NormalizedResponse,
  normalizeResponse,
  type NormalizeOptions,
} from "../wire/normalize-response.ts";
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

/** Who is told when a question's search is over. */
export interface JudgeOwner {
  /** What every response is normalized with. */
  readonly normalizing: NormalizeOptions;
  judged(judge: ResponseJudge, error: UpstreamError | undefined): void;
}

export class ResponseJudge implements Judge {
  readonly question: InFlight;
  /** The response that was accepted. */
  good: NormalizedResponse | undefined;
  private failure: Pick<NormalizedResponse, "rcode" | "ede"> | undefined;
  private malformed: string | undefined;
  private readonly owner: JudgeOwner;

  constructor(question: InFlight, owner: JudgeOwner) {
    this.question = question;
    this.owner = owner;
  }

  accepts(response: Uint8Array): boolean {
    const rcode = bareFailure(response);
    if (rcode >= 0) this.failure = { rcode, ede: undefined };
    else this.read(response);
    return this.good !== undefined;
  }

  ended(error: UpstreamError | undefined): void {
    this.owner.judged(this, error);
  }

  /** What to tell the client when `error` ended the search. */
  whyNot(error: UpstreamError | undefined): Failure {
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
    return failureOfFault(error?.fault);
  }

  private read(response: Uint8Array): void {
    const normalized = normalizeResponse(response, this.question, this.owner.normalizing);
    if (typeof normalized === "string") this.malformed = normalized;
    else if (normalized.kind === "failure") this.failure = normalized;
    else this.good = normalized;
  }
}

export function failure(edeCode: number, text: string): Failure {
  return { edeCode, edeText: new TextEncoder().encode(text) };
}

function failureOfFault(fault: UpstreamFault = "closed"): Failure {
  if (fault === "timeout")
    return failure(EDE.NO_REACHABLE_AUTHORITY, "no upstream answered in time");
  if (fault === "overload" || fault === "stopped") {
    return { ...failure(EDE.OTHER, `not asked: ${fault}`), isOurs: true };
  }
  return failure(EDE.NETWORK_ERROR, `no upstream could be reached: ${fault}`);
}
