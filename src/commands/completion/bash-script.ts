// The completion script for bash, 3.2 included.

import { type CommandShape, quoted, type ValueShape } from "./command-shape.ts";

export function bashScript({ name, commands, options }: CommandShape): string {
  const words = [...commands.map((command) => command.name), ...options.map(({ flag }) => flag)];
  return `# bash completion for ${name}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words= IFS=$' \\t\\n'
  COMPREPLY=()
  # bash makes --flag=value three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quoted(words.join(" "))} -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} $previous" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${commands.map(wordsCase).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _${name} ${name}
`;
}

/** What may follow each option that takes a value. */
function valueCases({ name, options }: CommandShape): string[] {
  return options.flatMap(({ flag, value }) =>
    value === undefined ? [] : [`    ${quoted(`${name} ${flag}`)})${valueCompletion(value)} ;;`],
  );
}

function valueCompletion({ isFile, words }: ValueShape): string {
  if (isFile) {
    const files = `IFS=$'\\n' COMPREPLY=($(compgen -f -- "$current"))`;
    return ` compopt -o filenames 2>/dev/null; ${files}; return`;
  }
  if (words.length === 0) return " return";
  return ` COMPREPLY=($(compgen -W ${quoted(words.join(" "))} -- "$current")); return`;
}

function wordsCase(command: CommandShape): string {
  const words = [
    ...command.options.map(({ flag }) => flag),
    ...command.arguments.flatMap((argument) => argument.words),
  ];
  return `    ${command.name}) words=${quoted(words.join(" "))} ;;`;
}
