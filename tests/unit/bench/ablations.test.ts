// The configurations of a comparison: Hermod takes both, and they differ in what is turned off alone.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Ablation, ABLATIONS, configurations } from "../../../bench/ablation/ablations.ts";
import { loadSettings } from "../../../src/config/load.ts";
import type { Settings } from "../../../src/config/settings.ts";
import { temporaryFile } from "../../e2e/temporary-folder.ts";

function settings(text: string): Promise<Settings> {
  const path = temporaryFile("hermod.yaml", text);
  return loadSettings({ configFile: path, environment: {}, flags: {} });
}

/** Paths of settings that differ. */
function differences(a: unknown, b: unknown, path = ""): string[] {
  if (typeof a !== "object" || a === null) return a === b ? [] : [path];
  return Object.keys(a).flatMap((key) => {
    const [left, right] = [a, b].map((each) => (each as Record<string, unknown>)[key]);
    return differences(left, right, path === "" ? key : `${path}.${key}`);
  });
}

async function whatIsOff(ablation: Ablation): Promise<string[]> {
  const { off, on } = configurations(ablation);
  return differences(await settings(on), await settings(off));
}

describe("each comparison", () => {
  for (const ablation of ABLATIONS) {
    test(`turns off ${ablation.name} alone`, async () => {
      const name = /^[\w.]+/.exec(ablation.name)![0];
      const path = name.includes(".") ? name : `experimental.${name}`;
      assert.deepEqual(await whatIsOff(ablation), [path]);
    });
  }
});
