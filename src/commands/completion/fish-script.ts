// The completion script for fish.

import { type CommandShape, type OptionShape, quoted, type ValueShape } from "./command-shape.ts";

export function fishScript({ name, commands, options }: CommandShape): string {
  const complete = `complete -c ${name}`;
  const first = `${complete} -n __fish_use_subcommand`;
  return [
    `# fish completion for ${name}`,
    // Files only where an option takes one.
    `${complete} -f`,
    ...options.map((option) => `${first} ${optionFlags(option)}`),
    ...commands.map((command) => `${first} -a ${command.name} -d ${quoted(command.description)}`),
    ...commands.flatMap((command) => commandLines(command, complete)),
    "",
  ].join("\n");
}

function commandLines(command: CommandShape, complete: string): string[] {
  const within = `${complete} -n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
  const words = command.arguments.flatMap((argument) => argument.words);
  return [
    ...command.options.map((option) => `${within} ${optionFlags(option)}`),
    ...(words.length === 0 ? [] : [`${within} -a ${quoted(words.join(" "))}`]),
  ];
}

function optionFlags({ flag, description, value }: OptionShape): string {
  return `-l ${flag.slice(2)}${value === undefined ? "" : valueFlags(value)} -d ${quoted(description)}`;
}

function valueFlags({ isFile, words }: ValueShape): string {
  if (isFile) return " -r -F";
  return words.length === 0 ? " -x" : ` -x -a ${quoted(words.join(" "))}`;
}
