// Makes text from elsewhere safe to print: what could move a terminal's cursor, forge another line or
// turn the reading direction around is written as an escape (CVE-2026-0396). Names of the DNS come
// already escaped by wire/name-text; this is for everything, whatever it went through before.

/** Control and format characters, line and paragraph separators, private use, lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** One line, without control characters: `\u{1b}` stands for U+001B. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
