// A terminal that keeps what a command prints.

import { createTerminal, type Terminal } from "../../../src/commands/terminal.ts";

export interface Printed {
  readonly terminal: Terminal;
  /** Standard output so far. */
  out(): string;
  /** Standard error so far. */
  error(): string;
}

export function keepPrinted(): Printed {
  let out = "";
  let error = "";
  const terminal = createTerminal(
    (text) => void (out += text),
    (text) => void (error += text),
  );
  return { terminal, out: () => out, error: () => error };
}
