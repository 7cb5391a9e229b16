// Load by dnsperf, and what its summary says.

import { Child } from "./child-process.ts";
import { programPath } from "./programs.ts";
import { temporaryFile } from "./temporary-folder.ts";

export interface LoadOptions {
  readonly port: number;
  readonly mode: "udp" | "tcp" | "dot";
  readonly seconds: number;
  /** Asked in this order, from the start again when through. */
  readonly questions: readonly string[];
  /** Queries a second; by default as many as go. */
  readonly rate?: number;
}

export interface LoadSummary {
  readonly sent: number;
  readonly completed: number;
  readonly lost: number;
  /** Responses by rcode. */
  readonly rcodes: Readonly<Record<string, number>>;
  readonly text: string;
}

export class Load {
  private readonly child: Child;

  private constructor(child: Child) {
    this.child = child;
  }

  static start({ port, mode, seconds, questions, rate }: LoadOptions): Load {
    const file = temporaryFile("questions", `${questions.join("\n")}\n`);
    const parameters = [
      ...["-s", "127.0.0.1", "-p", String(port), "-m", mode, "-d", file],
      ...["-l", String(seconds), "-c", "8", "-T", "1", "-q", "100", "-t", "5"],
      ...(rate === undefined ? [] : ["-Q", String(rate)]),
    ];
    return new Load(new Child(programPath("dnsperf"), parameters));
  }

  async summary(): Promise<LoadSummary> {
    await this.child.exited;
    const text = this.child.stdout + this.child.stderr;
    if (this.child.exit?.code !== 0) throw this.child.failure("failed");
    const count = (name: string): number => {
      const found = new RegExp(`^  Queries ${name}: +(\\d+)`, "m").exec(text)?.[1];
      if (found === undefined) throw this.child.failure(`does not say how many were ${name}`);
      return Number(found);
    };
    const codes = /^  Response codes: +(.*)$/m.exec(text)?.[1] ?? "";
    const pairs = Array.from(codes.matchAll(/(\w+) (\d+)/g), ([, code, n]) => [code, Number(n)]);
    const rcodes = Object.fromEntries(pairs) as Record<string, number>;
    return {
      sent: count("sent"),
      completed: count("completed"),
      lost: count("lost"),
      rcodes,
      text,
    };
  }
}
