// The completion script for zsh: to be found in $fpath as a function, or to be sourced.

import { type CommandShape, type OptionShape, quoted, type ValueShape } from "./command-shape.ts";

export function zshScript({ name, commands, options }: CommandShape): string {
  const described = commands.map((command) => quoted(`${command.name}:${command.description}`));
  return `#compdef ${name}
_${name}() {
  local state
  _arguments -C ${options.map(optionSpec).join(" ")} '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(${described.join(" ")})
      _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function commandCase(command: CommandShape): string {
  const specs = [
    ...command.options.map(optionSpec),
    ...command.arguments.map((value, i) => quoted(`${i + 1}${valueSpec(value)}`)),
  ];
  return `        ${command.name}) _arguments ${specs.join(" ")} ;;`;
}

function optionSpec({ flag, description, value, isRepeatable }: OptionShape): string {
  const repeat = isRepeatable ? "*" : "";
  const parameter = value === undefined ? "" : valueSpec(value);
  // With the = the value may stand in the same word or in the next.
  const equals = value === undefined ? "" : "=";
  return quoted(`${repeat}${flag}${equals}${escaped(description)}${parameter}`);
}

function valueSpec({ name, words, isFile }: ValueShape): string {
  const action = isFile ? "_files" : words.length > 0 ? `(${words.join(" ")})` : " ";
  return `:${name.replaceAll(":", "\\:")}:${action}`;
}

function escaped(description: string): string {
  return `[${description.replaceAll(/[[\]\\]/g, "\\$&")}]`;
}
