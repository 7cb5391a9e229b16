// Queries by kdig (Knot) and dig (BIND): two independent clients, whose output has the same shape.

import { run } from "./child-process.ts";
import { programPath } from "./programs.ts";

const TIMEOUT_MS = 20_000;

export type QueryProgram = "kdig" | "dig";

export interface ProgramResponse {
  /** NOERROR, NXDOMAIN …; "" when no response came. */
  readonly status: string;
  /** Lower case: qr, aa, tc, rd, ra, ad, cd. */
  readonly flags: ReadonlySet<string>;
  readonly answer: readonly ProgramRecord[];
  readonly authority: readonly ProgramRecord[];
  /** The name in the question section as it came back, without the last dot. */
  readonly qname: string;
  /** Everything that was printed. */
  readonly text: string;
}

export interface ProgramRecord {
  readonly owner: string;
  readonly ttl: number;
  readonly type: string;
  readonly rdata: string;
}

/** Asks 127.0.0.1 once, without another try. `question` is as on the command line. */
export async function ask(
  program: QueryProgram,
  port: number,
  question: string,
): Promise<ProgramResponse> {
  const once = program === "kdig" ? ["+retry=0", "+timeout=6"] : ["+tries=1", "+timeout=6"];
  const child = await run(
    programPath(program),
    ["@127.0.0.1", "-p", String(port), ...once, ...question.split(" ")],
    { timeoutMs: TIMEOUT_MS },
  );
  return readOutput(child.stdout + child.stderr);
}

function readOutput(text: string): ProgramResponse {
  return {
    status: /status: ([A-Z0-9]+)/.exec(text)?.[1] ?? "",
    flags: new Set(/^;; flags: ([a-z ]*);/im.exec(text)?.[1]?.trim().split(" ")),
    answer: readSection(text, "ANSWER"),
    authority: readSection(text, "AUTHORITY"),
    qname: /^;; QUESTION SECTION:\n;+ ?(\S+?)\.?\s/m.exec(text)?.[1] ?? "",
    text,
  };
}

function readSection(text: string, name: string): ProgramRecord[] {
  const section = new RegExp(`^;; ${name} SECTION:\\n((?:[^;\\s].*\\n)+)`, "m").exec(text)?.[1];
  return (section ?? "")
    .split("\n")
    .map((line) => /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, owner, ttl, type, rdata]) => ({
      owner: owner!,
      ttl: Number(ttl),
      type: type!,
      rdata: rdata!,
    }));
}
