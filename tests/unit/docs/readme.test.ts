// README's list of commands and options is the command line's own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { grammar } from "../commands/grammar.ts";

const README: string = join(import.meta.dirname, "..", "..", "..", "README.md");

/** Command → options, each with its value's mark: `--dns=…*` takes a value and may be repeated. */
function documented(): Map<string, string[]> {
  const text = readFileSync(README, "utf8");
  const block = /^## The command line\n\n```\n([\s\S]*?)```/m.exec(text)?.[1] ?? "";
  const usages = block.replace(/\n\s+/g, " ").split("\n");
  const commands = usages.map((usage) => /^hermod ([a-z]+)\s+(.*)$/.exec(usage));
  return new Map(
    commands.filter((found) => found !== null).map(([, name, rest]) => [name!, options(rest!)]),
  );
}

function options(usage: string): string[] {
  const found = usage.matchAll(/(--[a-z-]+)( [^\s\]]+)?(\]\.\.\.)?/g);
  return Array.from(found, ([, long, value, more]) => {
    return `${long}${value === undefined ? "" : "=…"}${more === undefined ? "" : "*"}`;
  }).sort();
}

describe("README's command line", () => {
  const written = documented();
  const real = grammar();

  test("has every command", () => {
    assert.deepEqual([...written.keys()].sort(), [...real.keys()].sort());
  });

  for (const [name, command] of real) {
    test(`has the options of ${name}`, () => {
      const marks = command.options.map(({ long, takesValue, repeatable }) => {
        return `${long}${takesValue ? "=…" : ""}${repeatable ? "*" : ""}`;
      });
      assert.deepEqual(written.get(name), marks.sort());
    });
  }
});
