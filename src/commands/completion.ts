// `hermod completion`: prints a shell's script, made of the command line's own grammar. The script
// needs nothing of Hermod afterwards, so that completing costs no start of a program.

import type { Command } from "commander";
import { bashScript } from "./completion/bash-script.ts";
import { fishScript } from "./completion/fish-script.ts";
import { type CommandShape, commandShape } from "./completion/command-shape.ts";
import { zshScript } from "./completion/zsh-script.ts";
import type { Terminal } from "./terminal.ts";

const SCRIPTS: Readonly<Record<string, (program: CommandShape) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Resolves with the exit code. `shell` is one that the grammar lets through. */
export function completion(shell: string, program: Command, terminal: Terminal): Promise<number> {
  terminal.print(SCRIPTS[shell]!(commandShape(program)).trimEnd());
  return Promise.resolve(0);
}
