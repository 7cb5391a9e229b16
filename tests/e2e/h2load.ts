// Load over HTTP/2 by h2load, and what its summary says.

import { Child } from "./child-process.ts";
import { programPath } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface HttpLoadOptions {
  readonly url: string;
  /** Sent by POST in each request. */
  readonly query: Uint8Array;
  /** How long, or how many requests. */
  readonly seconds?: number;
  readonly requests?: number;
}

export interface HttpLoadSummary {
  /** Requests with a response whose status is 2xx. */
  readonly answered: number;
  /** Requests that failed for whatever reason, or whose status is not 2xx. */
  readonly failed: number;
  readonly text: string;
}

const CONNECTIONS = 8;

export class HttpLoad {
  private readonly child: Child;

  private constructor(child: Child) {
    this.child = child;
  }

  static start({ url, query, seconds, requests }: HttpLoadOptions): HttpLoad {
    const file = join(temporaryFolder(), "query");
    writeFileSync(file, query);
    const end = seconds === undefined ? ["-n", String(requests)] : ["-D", String(seconds)];
    const parameters = [
      ...["-c", String(CONNECTIONS), "-m", "20", "-t", "1", ...end, "-d", file],
      ...["-H", "content-type: application/dns-message", url],
    ];
    return new HttpLoad(new Child(programPath("h2load"), parameters));
  }

  async summary(): Promise<HttpLoadSummary> {
    const { child } = this;
    await child.exited;
    const text = child.stdout + child.stderr;
    const count = (what: RegExp): number => {
      const found = what.exec(text)?.[1];
      if (child.exit?.code !== 0 || found === undefined) throw child.failure(`shows no ${what}`);
      return Number(found);
    };
    // Those that errored, timed out or had another status are all among the failed ones.
    return { answered: count(/(\d+) 2xx/), failed: count(/(\d+) failed/), text };
  }
}
