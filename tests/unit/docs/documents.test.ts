// The generated documents are fresh, and they hold everything that can be set.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import * as v from "valibot";
import {
  configurationSchema,
  type JsonSchema,
} from "../../../docs/generate/configuration-schema.ts";
import { documents } from "../../../docs/generate/documents.ts";
import { knownKeys, settingsSchema } from "../../../src/config/schema.ts";
import { SETTING_NAMES } from "../../../src/config/setting-names.ts";

const DOCS: string = join(import.meta.dirname, "..", "..", "..", "docs");
const schema = configurationSchema();

function settings(): { path: string; setting: JsonSchema }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([section, { properties = {} }]) =>
    Object.entries(properties).map(([key, setting]) => ({ path: `${section}.${key}`, setting })),
  );
}

describe("docs/", () => {
  for (const [name, text] of documents()) {
    test(`${name} is fresh`, () => {
      const written = readFileSync(join(DOCS, name), "utf8");
      // The formatter has its own mind about line breaks in JSON.
      const content = (given: string): unknown =>
        name.endsWith(".json") ? JSON.parse(given) : given;
      assert.deepEqual(content(written), content(text), "run `bun run docs`");
    });
  }
});

describe("the JSON Schema", () => {
  test("has every section and every key, and no others", () => {
    const paths = knownKeys([]).flatMap((section) =>
      knownKeys([section]).map((key) => `${section}.${key}`),
    );
    const found = settings().map(({ path }) => path);
    assert.deepEqual(found, paths);
    for (const section of [schema, ...Object.values(schema.properties ?? {})]) {
      assert.equal(section.additionalProperties, false);
    }
  });

  test("says of every setting what it is for and what it takes", () => {
    for (const { path, setting } of settings()) {
      assert.match(setting.description ?? "", /^[A-Z].*\.$/, path);
      const { type, enum: words, anyOf } = setting;
      assert.ok(type ?? words ?? anyOf, path);
    }
  });

  test("has defaults that Hermod takes", () => {
    const defaults: Record<string, Record<string, unknown>> = {};
    for (const { path, setting } of settings()) {
      const [section, key] = path.split(".") as [string, string];
      if (setting.default !== undefined) (defaults[section] ??= {})[key] = setting.default;
    }
    assert.deepEqual(v.parse(settingsSchema, defaults), v.parse(settingsSchema, {}));
  });

  test("has the bounds of numbers, and Hermod has the same", () => {
    const numbers = settings().filter(({ setting }) => setting.type === "integer");
    assert.ok(numbers.length > 0);
    for (const { path, setting } of numbers) {
      const [section, key] = path.split(".") as [string, string];
      const accepts = (value: number): boolean =>
        v.safeParse(settingsSchema, { [section]: { [key]: value } }).success;
      const { minimum = NaN, maximum = NaN } = setting;
      assert.deepEqual([minimum - 1, minimum, maximum, maximum + 1].map(accepts), [
        ...[false, true, true, false],
      ]);
    }
  });
});

test("docs/configuration.md names every variable and flag", () => {
  const page = documents().get("configuration.md")!;
  for (const { section, key, variable, flag } of SETTING_NAMES) {
    assert.ok(page.includes(`### ${section}.${key}\n`), key);
    assert.ok(page.includes(`Environment: \`${variable}\`, flag: \`${flag}\``), flag);
  }
});
