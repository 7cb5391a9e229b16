// deno.lock is Deno's copy of what package.json asks for; `deno install` brings it up to date.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { PROJECT_FOLDER } from "./source-files.ts";

interface DenoLock {
  readonly workspace: { readonly packageJson: { readonly dependencies: readonly string[] } };
}

test("deno.lock names the dependencies of package.json", () => {
  const { workspace } = JSON.parse(readFileSync(`${PROJECT_FOLDER}/deno.lock`, "utf8")) as DenoLock;
  const wanted = { ...packageJson.dependencies, ...packageJson.devDependencies };
  assert.deepEqual(
    [...workspace.packageJson.dependencies].sort(),
    Object.entries(wanted)
      .map(([name, version]) => `npm:${name}@${version}`)
      .sort(),
  );
});
