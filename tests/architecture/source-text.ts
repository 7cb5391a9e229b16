// What the architecture tests read out of a source file's text: imports, code without comments and
// strings, functions. Works on text as `bun fmt` leaves it, where a block closes at the indentation
// of the line that opens it; no parser is needed for that.

export interface FoundFunction {
  /** The line that opens the body, trimmed. */
  readonly head: string;
  /** Counted from 1. */
  readonly line: number;
  /** From the line that opens the body to the one that closes it, both included. */
  readonly lineCount: number;
  readonly body: string;
}

const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

/** The text without comments; lines keep their numbers. */
export function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_STRING, (match) => (match.startsWith("/") ? blank(match) : match));
}

/** The text without comments and without what stands in strings; lines keep their numbers. */
export function codeOnly(text: string): string {
  return text.replace(COMMENT_OR_STRING, (match) =>
    match.startsWith("/") ? blank(match) : `""${blank(match)}`,
  );
}

function blank(text: string): string {
  return "\n".repeat(text.split("\n").length - 1);
}

const STATIC_IMPORT = /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/gm;
const BARE_IMPORT = /^\s*import\s*["']([^"']+)["']/gm;
const DYNAMIC_IMPORT = /\b(?:import|require)\(\s*(?:["'`]([^"'`$]+)["'`])?/g;

/** What a dynamic import of something other than a literal is listed as. */
export const UNKNOWN_SPECIFIER = "<not a literal>";

/** Every module specifier that the file imports, type imports and dynamic imports included. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const found = [STATIC_IMPORT, BARE_IMPORT, DYNAMIC_IMPORT].flatMap((pattern) =>
    Array.from(code.matchAll(pattern), (match) => match[1] ?? UNKNOWN_SPECIFIER),
  );
  return [...new Set(found)];
}

const CONTROL = /^(?:\} )?(?:if|else|for|while|switch|do|try|catch|finally|with|class|interface)\b/;
const METHOD_OR_FUNCTION = /^(?:[\w#*]+ )*[\w#*$]*\s?[^=]*\)(?::.+)? \{$/;

/** Every function, method and arrow function that has a body of its own lines. */
export function functionsOf(text: string): FoundFunction[] {
  const lines = codeOnly(text).split("\n");
  const found: FoundFunction[] = [];
  lines.forEach((line, i) => {
    if (!opensFunction(lines, i)) return;
    const indentation = indentationOf(line);
    const length = lines.slice(i + 1).findIndex((other) => closes(other, indentation)) + 2;
    const body = lines.slice(i, i + length).join("\n");
    found.push({ head: line.trim(), line: i + 1, lineCount: length, body });
  });
  return found;
}

function opensFunction(lines: readonly string[], i: number): boolean {
  const head = lines[i]!.trim();
  if (/=> \{$/.test(head)) return true;
  if (CONTROL.test(head) || !METHOD_OR_FUNCTION.test(head)) return false;
  return !head.startsWith(")") || !CONTROL.test(openingLine(lines, i));
}

/** For a line `) {`: the line at the same indentation that opens the parenthesis. */
function openingLine(lines: readonly string[], i: number): string {
  const indentation = indentationOf(lines[i]!);
  const before = lines.slice(0, i).reverse();
  return before.find((line) => line !== "" && indentationOf(line) <= indentation)?.trim() ?? "";
}

function closes(line: string, indentation: number): boolean {
  return indentationOf(line) === indentation && line.trimStart().startsWith("}");
}

function indentationOf(line: string): number {
  return line.trim() === "" ? Number.POSITIVE_INFINITY : line.length - line.trimStart().length;
}
