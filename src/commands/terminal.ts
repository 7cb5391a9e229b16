// Where a command prints. Nothing reaches it with a control character but the line feeds and tabs of
// the command's own layout: names and texts from the network are escaped on their way.

import { escapeText } from "../telemetry/escape-text.ts";

export interface Terminal {
  /** Standard output; one or more lines, without the last line feed. */
  print(text: string): void;
  /** Standard error. */
  complain(text: string): void;
}

type Write = (text: string) => void;

export function createTerminal(out: Write, error: Write): Terminal {
  return {
    print: (text) => out(`${escapeLines(text)}\n`),
    complain: (text) => error(`${escapeLines(text)}\n`),
  };
}

export const processTerminal: Terminal = createTerminal(
  (text) => process.stdout.write(text),
  (text) => process.stderr.write(text),
);

function escapeLines(text: string): string {
  return text.replace(/[^\n\t]+/g, escapeText);
}
