// The command line's grammar as data, for tests that hold other files against it.

import { createProgram } from "../../../src/commands/program.ts";
import { keepPrinted } from "./printed.ts";

export interface GrammarOption {
  /** `--dns`. */
  readonly long: string;
  readonly takesValue: boolean;
  readonly repeatable: boolean;
}

export interface GrammarCommand {
  readonly options: readonly GrammarOption[];
}

/** By the subcommand's name; without --help. */
export function grammar(): ReadonlyMap<string, GrammarCommand> {
  const notCalled = (): never => {
    throw new Error("no command is run");
  };
  const actions = {
    serve: notCalled,
    query: notCalled,
    check: notCalled,
    bench: notCalled,
    completion: notCalled,
  };
  const program = createProgram("1.2.3", actions, notCalled, keepPrinted().terminal);
  return new Map(
    program.commands.map((command) => [
      command.name(),
      {
        options: command.options.map((option) => ({
          long: option.long!,
          takesValue: option.required,
          // A choice is parsed as well.
          repeatable: option.parseArg !== undefined && option.argChoices === undefined,
        })),
      },
    ]),
  );
}
