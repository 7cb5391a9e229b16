// What makes load: one interface, one implementation a program. A generator says what it sent and what
// came back, and never counts a response that is lost or wrong as an answered query.

import type { QuestionFiles } from "../question-files.ts";

export type LoadTransport = "udp" | "tcp" | "dot" | "doh" | "doh-get";

export interface LoadRequest {
  readonly transport: LoadTransport;
  readonly port: number;
  /** Names with types, one a line; asked in this order, from the start again when through. */
  readonly questions: string;
  readonly files: QuestionFiles;
  readonly seconds: number;
  /** Ends when each question was asked once. */
  readonly once?: boolean;
  /** Queries a second offered; by default as many as go. */
  readonly rate?: number;
  /** Queries on their way at once, over all connections. */
  readonly inFlight?: number;
  /** Whether responses bring an address; false for the floor. */
  readonly answers: boolean;
  /** Times each query: costs the generator time. */
  readonly latency?: boolean;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export interface LoadOutcome {
  readonly command: string;
  readonly sent: number;
  /** Responses, right and wrong ones. */
  readonly answered: number;
  /** Queries without a response in time. */
  readonly lost: number;
  readonly wrong: number;
  readonly seconds: number;
  readonly latency?: Latency;
}

export interface LoadGenerator {
  readonly name: string;
  version(): string;
  run(request: LoadRequest): Promise<LoadOutcome>;
}

export const CONNECTIONS = 8;
