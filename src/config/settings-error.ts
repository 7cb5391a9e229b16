// Everything that is wrong with the settings, all at once: one line for each mistake.

import { HermodError } from "../errors.ts";

export interface Mistake {
  /** Where it was given: `hermod.yaml:3:8`, `HERMOD_DNS`, `--dns`. */
  readonly source: string;
  /** The setting, as in `cache.size`; empty when the source as a whole is wrong. */
  readonly key: string;
  /** The value, what is wrong with it and what to write instead. */
  readonly message: string;
}

export class SettingsError extends HermodError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super("SETTINGS", mistakes.map(mistakeLine).join("\n"));
    this.name = "SettingsError";
    this.mistakes = mistakes;
  }
}

function mistakeLine({ source, key, message }: Mistake): string {
  const parts = [source, key, message].filter((part) => part !== "");
  return parts.join(": ").replaceAll("\n", "\\n");
}
