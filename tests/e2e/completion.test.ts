// The completion scripts, in the shells they are for.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "./child-process.ts";
import { hermod } from "./hermod-process.ts";
import { needs, programPath } from "./programs.ts";
import { temporaryFile, temporaryFolder } from "./temporary-folder.ts";

const TIMEOUT_MS = 20_000;

type Shell = "bash" | "zsh" | "fish";

/** The script's path. */
async function scriptOf(shell: Shell): Promise<string> {
  const { exit, stdout, stderr } = await hermod("completion", shell);
  assert.equal(exit.code, 0, stderr);
  return temporaryFile(shell === "zsh" ? "_hermod" : "hermod", stdout);
}

async function output(shell: Shell, parameters: readonly string[]): Promise<string> {
  const child = await run(programPath(shell), parameters, { timeoutMs: TIMEOUT_MS });
  assert.equal(child.exit.code, 0, child.failure("failed").message);
  return child.stdout;
}

/** A file that `FILE` options are to find: folder, and path. */
function settingsFile(): { prefix: string; path: string } {
  const path = join(temporaryFolder(), "settings of mine.yaml");
  writeFileSync(path, "");
  return { prefix: path.slice(0, -8), path };
}

/** What bash makes of these words, the last of which is being typed. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = await scriptOf("bash");
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_hermod; ((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const parameters = ["--norc", "-c", program, "bash", script, "hermod", ...words];
  return lines(await output("bash", parameters));
}

async function inFish(line: string): Promise<string[]> {
  const program = `source ${await scriptOf("fish")}; complete -C ${JSON.stringify(line)}`;
  const found = lines(await output("fish", ["--no-config", "-c", program]));
  return found.map((given) => given.split("\t")[0]!);
}

/** Types the keys into a zsh on a terminal of its own; what it then runs `hermod` with. */
async function inZsh(keys: string): Promise<string> {
  const script = await scriptOf("zsh");
  const program = `zmodload zsh/zpty || exit 1
zpty shell ${programPath("zsh")} -f -i
zpty -w shell 'autoload -Uz compinit && compinit -D -u; source "$1"; PROMPT=; unsetopt beep'
zpty -w shell 'hermod() { print -r -- "RAN<\${(j:|:)@}>" }'
zpty -w shell $2
zpty -r -m shell text $'*\\nRAN<*>*'
print -r -- $text`.replace('"$1"', `"${script}"`);
  const text = await output("zsh", ["-f", "-c", program, "zsh", script, keys]);
  return /^RAN<(.*)>/m.exec(text)?.[1] ?? text;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

const COMMANDS = ["bench", "check", "completion", "query", "serve"];

describe("completion in bash", () => {
  const skip = needs("bash");

  test("of commands", { skip }, async () => {
    const all = await inBash("");
    for (const command of COMMANDS) assert.ok(all.includes(command), command);
    assert.deepEqual(await inBash("qu"), ["query"]);
  });

  test("of options", { skip }, async () => {
    assert.deepEqual(await inBash("serve", "--upstream"), ["--upstream", "--upstream-ca"]);
    assert.deepEqual(await inBash("check", "--"), ["--config", "--help"]);
  });

  test("of values", { skip }, async () => {
    const { prefix, path } = settingsFile();
    assert.deepEqual(await inBash("serve", "--config", prefix), [path]);
    assert.deepEqual(await inBash("serve", "--config", "=", prefix), [path]);
    assert.deepEqual(await inBash("query", "--http", ""), ["1.1", "2", "3"]);
    assert.deepEqual(await inBash("query", "--http", "="), ["1.1", "2", "3"]);
    assert.deepEqual(await inBash("serve", "--dns", ""), []);
    assert.deepEqual(await inBash("completion", "z"), ["zsh"]);
  });
});

describe("completion in fish", () => {
  const skip = needs("fish");

  test("of commands", { skip }, async () => {
    assert.deepEqual((await inFish("hermod ")).sort(), COMMANDS);
  });

  test("of options", { skip }, async () => {
    assert.deepEqual(await inFish("hermod serve --upstream"), ["--upstream", "--upstream-ca"]);
    assert.deepEqual(await inFish("hermod check --"), ["--config", "--help"]);
  });

  test("of values", { skip }, async () => {
    const { prefix, path } = settingsFile();
    assert.deepEqual(await inFish("hermod query --http "), ["1.1", "2", "3"]);
    assert.deepEqual(await inFish("hermod completion "), ["bash", "fish", "zsh"]);
    assert.deepEqual(await inFish("hermod serve --dns "), []);
    const [found] = await inFish(`hermod serve --config '${prefix}`);
    assert.equal(found?.replaceAll("\\", ""), path);
  });
});

describe("completion in zsh", () => {
  const skip = needs("zsh");

  test("of commands and options", { skip }, async () => {
    assert.equal(await inZsh("hermod ser\t--cac\t64MiB"), "serve|--cache-size=64MiB");
  });

  test("of values", { skip }, async () => {
    const { prefix, path } = settingsFile();
    const typed = prefix.replaceAll(" ", "\\ ");
    assert.equal(await inZsh(`hermod check --config ${typed}\t`), `check|--config|${path}`);
    assert.equal(await inZsh("hermod completion f\t"), "completion|fish");
  });
});
