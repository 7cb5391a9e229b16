// What completion needs to know of a command: its options, arguments and subcommands, and what can be
// said of their values.

import type { Argument, Command, Option } from "commander";

export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly ValueShape[];
  readonly commands: readonly CommandShape[];
}

export interface OptionShape {
  /** `--dns`. */
  readonly flag: string;
  readonly description: string;
  /** None for a switch. */
  readonly value: ValueShape | undefined;
  readonly isRepeatable: boolean;
}

export interface ValueShape {
  /** As help shows it, as in `FILE`. */
  readonly name: string;
  readonly words: readonly string[];
  readonly isFile: boolean;
}

const FILE = "FILE";

export function commandShape(command: Command): CommandShape {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionShape),
    arguments: command.registeredArguments.map((argument) => valueShape(argument.name(), argument)),
    commands: help.visibleCommands(command).map(commandShape),
  };
}

function optionShape(option: Option): OptionShape {
  const name = /<(.*)>/.exec(option.flags)?.[1];
  return {
    flag: option.long!,
    description: option.description,
    value: name === undefined ? undefined : valueShape(name, option),
    // A choice is parsed as well.
    isRepeatable: option.parseArg !== undefined && option.argChoices === undefined,
  };
}

function valueShape(name: string, { argChoices: words = [] }: Option | Argument): ValueShape {
  return { name, words, isFile: name === FILE };
}

/** In single quotes, as all three shells read them (fish: none of ours holds a backslash). */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
